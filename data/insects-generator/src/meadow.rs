//! Far away and out of focus: meadows with glowing discs of light, and plain sky or paper.

use crate::{
    canvas::Canvas,
    dice::Dice,
    noise, palette,
    vector::{Color, Vec3, grey, hsv, rgb, smoothstep, vec3},
};

/// A backdrop far behind the insect: painted small, blurred, enlarged.
pub fn meadow(width: usize, height: usize, dice: &mut Dice) -> Canvas {
    const SMALLER: usize = 4;
    let (w, h) = (width.div_ceil(SMALLER), height.div_ceil(SMALLER));
    let [top, bottom, spots] = palette::distance(dice);
    let (seed, lean) = (dice.seed(), dice.between(-0.4, 0.4));
    let mut canvas = Canvas::covered(w, h, |x, y| {
        let (u, v) = (x / w as f32, y / h as f32);
        let cloud = noise::fractal(u * 4.0, v * 4.0, 3, 0.55, seed);
        let color = top.mix(bottom, (v + lean * (u - 0.5)).clamp(0.0, 1.0));
        color.mix(spots, smoothstep(0.45, 0.85, cloud) * 0.8) * (0.55 + 0.9 * noise::value(u * 3.0, v * 3.0, seed ^ 1))
    });
    let side = canvas.side();
    let flowers = palette::petals(0.5, dice).outer;
    for _ in 0..dice.pick(&[3, 8, 14, 30, 60]) {
        let from = place(&canvas, dice);
        if dice.chance(0.25) {
            blot(&mut canvas, from, side * dice.between(0.03, 0.10), flowers * 0.8, 0.7);
        } else {
            let to = from + vec3(dice.between(-0.3, 0.3), dice.between(0.5, 1.2), 0.0) * side;
            let thick = side * dice.between(0.006, 0.03);
            let color = if dice.chance(0.5) { spots } else { bottom * 0.4 };
            canvas.stroke(from, to, (thick * 0.3, thick), color, 0.8);
        }
    }
    let mut canvas = canvas.blurred(side * dice.between(0.006, 0.045)).resized(width, height);
    let side = side * SMALLER as f32;
    for _ in 0..dice.pick(&[0, 0, 0, 6, 14, 24]) {
        let center = place(&canvas, dice);
        let radius = side * dice.between(0.015, 0.06);
        ring(&mut canvas, center, radius, spots + grey(0.05), dice.between(0.1, 0.4));
    }
    canvas
}

/// A plain backdrop: sky with thin clouds, or a sheet of paper.
pub fn plain(width: usize, height: usize, paper: bool, dice: &mut Dice) -> Canvas {
    let color = if paper {
        let white = rgb(238, 236, 232);
        dice.weighted(&[(white, 0.60), (rgb(190, 188, 190), 0.2), (rgb(60, 116, 200), 0.1), (rgb(222, 196, 160), 0.15)])
    } else {
        hsv(dice.between(0.55, 0.61), dice.between(0.2, 0.7), dice.between(0.7, 0.95))
    };
    let (seed, lean, clouds) = (dice.seed(), dice.between(-0.3, 0.3), dice.between(0.0, 0.7));
    Canvas::covered(width, height, |x, y| {
        let (u, v) = (x / width as f32, y / height as f32);
        let fall = 1.0 + lean * (u - 0.5) - 0.35 * (v - 0.5);
        if paper {
            let fibre = noise::fractal(x * 0.35, y * 0.35, 2, 0.7, seed) - 0.5;
            return color * (fall * (1.0 + 0.10 * fibre) * 1.3);
        }
        let cloud = noise::fractal(u * 3.0, v * 5.0, 5, 0.5, seed);
        color.mix(grey(0.95), smoothstep(0.5, 0.8, cloud) * clouds) * (1.15 - 0.3 * (1.0 - v))
    })
}

fn place(canvas: &Canvas, dice: &mut Dice) -> Vec3 {
    vec3(dice.between(0.0, canvas.width as f32), dice.between(0.0, canvas.height as f32), 0.0)
}

fn blot(canvas: &mut Canvas, center: Vec3, radius: f32, color: Color, cover: f32) {
    canvas.stroke(center, center, (radius, radius), color, cover);
}

/// A point of light out of focus: a disc with a bright rim.
fn ring(canvas: &mut Canvas, center: Vec3, radius: f32, color: Color, cover: f32) {
    canvas.visit(center, (radius, radius), |canvas, x, y| {
        let away = (x as f32 + 0.5 - center.x).hypot(y as f32 + 0.5 - center.y);
        let disc = smoothstep(radius, radius - 2.0, away);
        let rim = 0.7 + 0.3 * smoothstep(radius * 0.6, radius, away);
        canvas.blend(x, y, color, cover * disc * rim);
    });
}
