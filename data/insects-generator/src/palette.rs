//! The colours of places: what petals, leaves, soils and far meadows are made of.

use crate::{
    dice::Dice,
    vector::{Color, hsv, rgb},
};

/// The colours of one flower.
#[derive(Clone, Copy)]
pub struct Petals {
    pub inner: Color,
    pub outer: Color,
    /// The florets in the middle.
    pub eye: Color,
}

/// The colours of a flower; `warm` is the chance of yellow to red.
pub fn petals(warm: f32, dice: &mut Dice) -> Petals {
    let (inner, outer) = if dice.chance(warm) {
        let hue = dice.pick(&[0.125, 0.14, 0.155, 0.11, 0.07, 0.01]);
        (hsv(hue - 0.03, 1.0, 0.85), hsv(hue + dice.between(-0.01, 0.015), dice.between(0.8, 1.0), 0.98))
    } else {
        let hue = dice.pick(&[0.62, 0.72, 0.78, 0.85, 0.91, 0.95]);
        let saturation = dice.pick(&[0.03, 0.06, 0.25, 0.45, 0.65, 0.8]);
        (hsv(hue, saturation * 0.8, 0.75), hsv(hue + 0.02, saturation, dice.between(0.85, 1.0)))
    };
    let eye = dice.pick(&[rgb(232, 178, 44), rgb(198, 130, 30), rgb(120, 74, 34), rgb(84, 44, 34), rgb(176, 172, 70)]);
    Petals { inner, outer, eye }
}

/// The green of a leaf: fresh, dark, yellowish or autumnal.
pub fn leaf(dice: &mut Dice) -> Color {
    let (hue, saturation, value) = dice.weighted(&[
        ((0.25, 0.72, 0.62), 0.4),
        ((0.28, 0.65, 0.42), 0.3),
        ((0.20, 0.70, 0.72), 0.2),
        ((0.10, 0.70, 0.62), 0.1),
    ]);
    hsv(hue + dice.between(-0.02, 0.02), saturation, value * dice.between(0.85, 1.15))
}

/// What lies far behind, from top to bottom, and the colour of blurred things in it.
pub fn distance(dice: &mut Dice) -> [Color; 3] {
    let [top, bottom, spots] = dice.weighted(&[
        // Meadow, wood edge, night, straw, haze, water.
        ([rgb(120, 150, 70), rgb(60, 92, 40), rgb(190, 205, 110)], 0.32),
        ([rgb(40, 62, 34), rgb(26, 40, 22), rgb(96, 130, 60)], 0.22),
        ([rgb(16, 20, 16), rgb(10, 10, 10), rgb(50, 64, 44)], 0.14),
        ([rgb(186, 164, 116), rgb(128, 104, 64), rgb(220, 200, 150)], 0.12),
        ([rgb(214, 220, 222), rgb(150, 165, 150), rgb(240, 240, 235)], 0.12),
        ([rgb(120, 160, 200), rgb(80, 110, 110), rgb(190, 210, 225)], 0.08),
    ]);
    [top, bottom, spots].map(|color| dice.vary(color, 0.3))
}

/// The dark and the light colour of bare ground.
pub fn soil(dice: &mut Dice) -> [Color; 2] {
    let pair = dice.pick(&[
        [rgb(62, 44, 32), rgb(150, 116, 84)],
        [rgb(84, 64, 50), rgb(186, 156, 126)],
        [rgb(52, 50, 50), rgb(140, 134, 130)],
        [rgb(110, 62, 40), rgb(206, 142, 98)],
    ]);
    pair.map(|color| dice.vary(color, 0.2))
}

/// The dark and the light colour of sand.
pub fn sand(dice: &mut Dice) -> [Color; 2] {
    let pair = dice.pick(&[
        [rgb(150, 134, 108), rgb(226, 212, 186)],
        [rgb(160, 150, 136), rgb(240, 234, 224)],
        [rgb(138, 110, 74), rgb(212, 178, 124)],
    ]);
    pair.map(|color| dice.vary(color, 0.15))
}

/// The dark and the light colour of stone or concrete.
pub fn stone(dice: &mut Dice) -> [Color; 2] {
    let pair = dice.pick(&[
        [rgb(96, 98, 102), rgb(186, 188, 192)],
        [rgb(78, 82, 96), rgb(160, 166, 184)],
        [rgb(140, 138, 134), rgb(232, 230, 226)],
        [rgb(120, 100, 92), rgb(206, 186, 172)],
    ]);
    pair.map(|color| dice.vary(color, 0.2))
}

/// The dark and the light colour of wood.
pub fn wood(dice: &mut Dice) -> [Color; 2] {
    let pair = dice.pick(&[
        [rgb(70, 64, 62), rgb(176, 168, 164)],
        [rgb(74, 48, 30), rgb(168, 122, 80)],
        [rgb(50, 40, 34), rgb(126, 106, 88)],
        [rgb(110, 78, 46), rgb(206, 164, 112)],
    ]);
    pair.map(|color| dice.vary(color, 0.2))
}
