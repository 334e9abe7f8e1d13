//! Plants close up: flowers with florets, flower heads of many small blooms, leaves with veins.

use std::f32::consts::TAU;

use crate::{
    blade::{Blade, spindle},
    canvas::Canvas,
    dice::Dice,
    noise,
    palette::{self, Petals},
    solid::{Skin, Solid},
    vector::{Vec3, grey, rgb, smoothstep, vec3},
    view::View,
};

/// The angle between one floret and the next on a flower's disc, which packs them evenly.
const GOLDEN_ANGLE: f32 = 2.399_963;

/// One flower whose disc is the insect's ground, and maybe others like it behind; `warm` is the
/// chance of yellow to red petals.
pub fn flower(canvas: &mut Canvas, view: &View, warm: f32, dice: &mut Dice) {
    let kind = Blossom::new(warm, dice);
    for _ in 0..dice.pick(&[0, 0, 1, 2, 4]) {
        let (sin, cos) = dice.angle().sin_cos();
        let away = (kind.disc + kind.length) * dice.between(1.1, 2.6);
        kind.draw(canvas, view, vec3(away * cos, away * sin, dice.between(-2.5, -0.5)), dice);
    }
    *canvas = canvas.blurred(canvas.side() * dice.between(0.006, 0.025));
    let center = vec3(dice.between(-0.3, 0.3), dice.between(-0.3, 0.3), 0.0) * kind.disc;
    stem(canvas, view, center, dice);
    kind.draw(canvas, view, center, dice);
}

/// A kind of flower.
struct Blossom {
    colors: Petals,
    /// The radius of the disc.
    disc: f32,
    petals: usize,
    /// Of a petal.
    length: f32,
    half_width: f32,
    /// Where a petal is widest and how pointed it is, as for [`spindle`].
    shape: (f32, f32),
}

impl Blossom {
    fn new(warm: f32, dice: &mut Dice) -> Self {
        let disc = dice.pick(&[0.35, 0.5, 0.7, 1.1]) * dice.between(0.85, 1.2);
        let petals = dice.pick(&[5, 6, 8, 13, 16, 21]);
        let length = dice.between(0.9, 1.6) * (0.6 + 0.5 * disc);
        let half_width = (disc + 0.5 * length) * TAU / petals as f32 * dice.between(0.45, 0.62);
        let shape = dice.pick(&[(0.70, 0.6), (0.66, 0.75), (0.60, 1.0), (0.50, 1.3)]);
        Self { colors: palette::petals(warm, dice), disc, petals, length, half_width, shape }
    }

    fn draw(&self, canvas: &mut Canvas, view: &View, center: Vec3, dice: &mut Dice) {
        let turn = dice.angle();
        for layer in [0.5, 0.0] {
            for i in 0..self.petals {
                let angle = turn + (i as f32 + layer) * TAU / self.petals as f32 + dice.between(-0.06, 0.06);
                let droop = dice.between(-0.25, 0.05) - 0.24 * layer;
                self.petal(canvas, view, center, (angle, droop), dice);
            }
        }
        florets(canvas, view, center, self.disc, self.colors, dice);
    }

    /// A petal from the middle of the flower outwards.
    fn petal(&self, canvas: &mut Canvas, view: &View, center: Vec3, (angle, droop): (f32, f32), dice: &mut Dice) {
        let (sin, cos) = angle.sin_cos();
        let length = (self.disc * 0.35 + self.length) * dice.between(0.92, 1.05);
        let (along, across) = (vec3(cos, sin, droop) * length, vec3(-sin, cos, 0.0) * self.half_width);
        let normal = view.turned(along.cross(across).unit());
        let normal = if normal.z < 0.0 { -normal } else { normal };
        let side = view.turned(across.unit());
        let (seed, tone) = (dice.seed(), dice.between(0.85, 1.1));
        let hidden = self.disc * 0.65 / length;
        let Petals { inner, outer, .. } = self.colors;
        let blade = Blade { root: center + vec3(0.0, 0.0, -0.05), along, across, bend: dice.between(-0.12, 0.12) };
        let outline = |s: f32| spindle(s, self.shape.0, self.shape.1);
        blade.draw(canvas, view, outline, |s, t| {
            let streak = noise::value(t * 6.0, s * 1.5, seed);
            let fine = noise::value(t * 22.0, s * 3.0, seed ^ 1);
            let color = inner.mix(outer, smoothstep(hidden, hidden + 0.45, s + 0.15 * (streak - 0.5)));
            let furrow = 0.10 * (1.0 - smoothstep(0.0, 0.10, t.abs()));
            let shadow = smoothstep(hidden - 0.05, hidden + 0.30, s) * 0.45 + 0.55;
            let rim = 1.0 - 0.22 * smoothstep(0.75, 1.0, t.abs());
            let relief = (0.86 + 0.16 * streak + 0.10 * fine - furrow) * rim * shadow * tone;
            let curved = (normal + side * (t * 0.55)).unit();
            (view.shade(curved, color, 0.08) * relief, 1.0)
        });
    }
}

/// The disc: small beads in the spiral of a sunflower, on a low dome.
fn florets(canvas: &mut Canvas, view: &View, center: Vec3, disc: f32, colors: Petals, dice: &mut Dice) {
    let count = (90.0 + 190.0 * disc) as usize;
    let size = disc * 1.05 / (count as f32).sqrt();
    let rim = colors.eye.mix(rgb(250, 205, 60), dice.between(0.0, 0.7));
    let heart = colors.eye * dice.between(0.35, 1.0);
    for i in (0..count).rev() {
        let share = (i as f32 + 0.5) / count as f32;
        let (sin, cos) = (i as f32 * GOLDEN_ANGLE).sin_cos();
        let away = disc * share.sqrt();
        let bead = size * dice.between(0.8, 1.2);
        let height = -0.22 * disc * share - bead * 0.6;
        let color = dice.vary(heart.mix(rim, share * share), 0.25);
        let axes = [vec3(bead, 0.0, 0.0), vec3(0.0, bead, 0.0), vec3(0.0, 0.0, bead * 1.6)];
        let place = center + vec3(away * cos, away * sin, height);
        Solid { center: place, axes, skin: Skin::plain(color, 0.1) }.draw(canvas, view);
    }
}

fn stem(canvas: &mut Canvas, view: &View, center: Vec3, dice: &mut Dice) {
    let root = view.point(center);
    let drop = vec3(dice.between(-0.5, 0.5), 1.0, 0.0) * (canvas.side() * 1.5);
    let green = view.shade_ground(palette::leaf(dice)) * 0.7;
    let thick = view.scale * 0.09;
    canvas.stroke(root, root + drop, (thick, thick * 1.2), green, 1.0);
}

/// A head of many small flowers, like elder or yarrow.
pub fn umbel(canvas: &mut Canvas, view: &View, warm: f32, dice: &mut Dice) {
    let colors = palette::petals(warm * 0.6, dice);
    let pale = dice.between(0.1, 0.7);
    let colors =
        Petals { inner: colors.inner.mix(grey(0.8), pale), outer: colors.outer.mix(grey(0.9), pale), ..colors };
    let size = dice.between(0.13, 0.26);
    let spread = dice.between(1.0, 2.0);
    let center = vec3(dice.between(-0.6, 0.6), dice.between(-0.6, 0.6), 0.0);
    stem(canvas, view, center, dice);
    let count = ((spread / size).powi(2) * 0.9).clamp(30.0, 120.0) as usize;
    for i in (0..count).rev() {
        let share = (i as f32 + 0.5) / count as f32;
        let (sin, cos) = (i as f32 * GOLDEN_ANGLE + dice.between(-0.3, 0.3)).sin_cos();
        let away = spread * share.sqrt() * dice.between(0.9, 1.1);
        let height = -0.3 * spread * share - dice.between(0.02, 0.14);
        bloom(canvas, view, center + vec3(away * cos, away * sin, height), size, colors, dice);
    }
}

/// One small flower of five petals.
fn bloom(canvas: &mut Canvas, view: &View, center: Vec3, size: f32, colors: Petals, dice: &mut Dice) {
    let (turn, tone) = (dice.angle(), dice.between(0.55, 1.1));
    let size = size * dice.between(0.8, 1.2);
    for i in 0..5 {
        let (sin, cos) = (turn + i as f32 * TAU / 5.0).sin_cos();
        let along = vec3(cos, sin, 0.2) * size;
        let across = vec3(-sin, cos, 0.0) * (size * 0.42);
        let normal = view.turned(vec3(-cos * 0.3, -sin * 0.3, 1.0).unit());
        let lit = [colors.inner, colors.outer].map(|color| view.shade(normal, color, 0.0) * tone);
        let blade = Blade { root: center, along, across, bend: 0.0 };
        blade.draw(
            canvas,
            view,
            |s| spindle(s, 0.62, 0.8),
            |s, t| (lit[0].mix(lit[1], smoothstep(0.1, 0.6, s)) * (1.0 - 0.25 * t * t), 1.0),
        );
    }
    let bead = size * 0.2;
    let axes = [vec3(bead, 0.0, 0.0), vec3(0.0, bead, 0.0), vec3(0.0, 0.0, bead)];
    Solid { center: center + vec3(0.0, 0.0, 0.02), axes, skin: Skin::plain(colors.eye * tone, 0.1) }.draw(canvas, view);
}

/// A leaf that fills much of the picture: the insect's ground.
pub fn leaf(canvas: &mut Canvas, view: &View, dice: &mut Dice) {
    let color = palette::leaf(dice);
    let (seed, ribs) = (dice.seed(), dice.between(7.0, 12.0));
    let (sin, cos) = dice.angle().sin_cos();
    let (length, half_width) = (dice.between(3.5, 8.0), dice.between(1.1, 2.6));
    let along = vec3(cos, sin, 0.0) * length;
    let across = vec3(-sin, cos, 0.0) * half_width;
    let root = along * -dice.between(0.3, 0.7) + across * dice.between(-0.5, 0.5);
    let gloss = dice.between(0.0, 0.35);
    let normal = view.turned(vec3(0.0, 0.0, 1.0));
    let (ahead, side) = (view.turned(along.unit()), view.turned(across.unit()));
    let vein_color = color.mix(rgb(215, 225, 150), dice.between(0.25, 0.6));
    let pixel = 1.0 / view.scale;
    let blade = Blade { root, along, across, bend: dice.between(-0.15, 0.15) };
    blade.draw(
        canvas,
        view,
        |s| spindle(s, 0.42, 0.9),
        |s, t| {
            let rib = s * ribs - 1.6 * t.abs() + 0.35 * t * t;
            let phase = rib - rib.floor();
            let bulge = phase - 0.5;
            let from_rib = phase.min(1.0 - phase) / ribs * length;
            let from_middle = t.abs() * half_width;
            let vein = (1.0 - smoothstep(0.012, 0.03 + pixel, from_rib)) * 0.7;
            let middle = 1.0 - smoothstep(0.03, 0.06 + pixel, from_middle);
            let cells = noise::fractal(s * length * 9.0, t * half_width * 9.0, 3, 0.6, seed);
            let blotch = noise::value(s * length * 0.8, t * half_width * 0.8, seed ^ 5);
            let tint = color.mix(vein_color, vein.max(middle)) * (0.55 + 0.50 * cells + 0.36 * blotch);
            let lean = ahead * (bulge * 0.5) + side * (t.signum() * bulge * -0.35 + (cells - 0.5) * 0.5 - t * 0.15);
            (view.shade((normal + lean).unit(), tint, gloss), 1.0)
        },
    );
}

/// Blades of grass or a stalk across the picture; the insect sits on the thickest.
pub fn stalk(canvas: &mut Canvas, view: &View, heading: f32, dice: &mut Dice) {
    let color = palette::leaf(dice);
    let (sin, cos) = heading.sin_cos();
    let (along, half_width) = (vec3(cos, sin, 0.0) * 12.0, dice.between(0.18, 0.55));
    let across = vec3(-sin, cos, 0.0) * half_width;
    let (seed, normal, side) = (dice.seed(), view.turned(vec3(0.0, 0.0, 1.0)), view.turned(across.unit()));
    let root = along * -0.5 + vec3(0.0, 0.0, -0.03);
    Blade { root, along, across, bend: 0.0 }.draw(
        canvas,
        view,
        |_| 1.0,
        |s, t| {
            let stripe = noise::value(t * 9.0, s * 4.0, seed);
            let keel = 1.0 - 0.35 * (1.0 - smoothstep(0.0, 0.08, t.abs()));
            let tint = color * ((0.75 + 0.45 * stripe) * keel);
            (view.shade((normal + side * (t * 0.9)).unit(), tint, 0.2), 1.0)
        },
    );
}
