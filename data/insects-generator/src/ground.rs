//! What insects walk on: sand, soil, stone and planks, seen through the camera with their relief.

use crate::{
    canvas::Canvas,
    dice::Dice,
    limb::Limb,
    noise, palette,
    solid::{Skin, Solid},
    vector::{Color, mix, rgb, smoothstep, vec3},
    view::View,
};

/// Bare ground: two colours, a relief and loose things on it.
struct Ground {
    colors: [Color; 2],
    /// How strongly the relief is lit.
    relief: f32,
    /// Bumps per body length.
    bumps: f32,
    /// How strongly the single grains differ.
    grains: f32,
    stones: usize,
    straws: usize,
}

/// Fine pale sand with a few grains of gravel.
pub fn sand(canvas: &mut Canvas, view: &View, dice: &mut Dice) {
    let colors = palette::sand(dice);
    let stones = dice.whole(0, 60);
    Ground {
        colors,
        relief: dice.between(2.0, 4.5),
        bumps: dice.between(1.0, 2.5),
        grains: 0.5,
        stones,
        straws: dice.whole(0, 3),
    }
    .paint(canvas, view, dice);
}

/// Dark crumbly soil with stones and straw.
pub fn soil(canvas: &mut Canvas, view: &View, dice: &mut Dice) {
    let colors = palette::soil(dice);
    let stones = dice.whole(20, 160);
    Ground {
        colors,
        relief: dice.between(4.0, 8.0),
        bumps: dice.between(1.5, 4.0),
        grains: 0.5,
        stones,
        straws: dice.whole(0, 9),
    }
    .paint(canvas, view, dice);
}

/// Stone or concrete with flecks.
pub fn stone(canvas: &mut Canvas, view: &View, dice: &mut Dice) {
    let colors = palette::stone(dice);
    Ground { colors, relief: dice.between(1.5, 5.0), bumps: dice.between(0.6, 1.8), grains: 0.3, stones: 0, straws: 0 }
        .paint(canvas, view, dice);
}

impl Ground {
    fn paint(&self, canvas: &mut Canvas, view: &View, dice: &mut Dice) {
        let seed = dice.seed();
        let (sun_x, sun_y) = view.sunward();
        let finest = (view.scale / self.bumps / 2.5).log2().clamp(2.0, 6.0) as u32;
        let stride = 1.0 / view.scale;
        let width = canvas.width;
        for i in 0..canvas.pixels.len() {
            let (column, row) = (i % width, i / width);
            let (x, y) = view.ground(column as f32 + 0.5, row as f32 + 0.5);
            let height = |dx: f32, dy: f32| {
                noise::fractal((x + dx) * self.bumps + 50.0, (y + dy) * self.bumps + 50.0, finest, 0.55, seed)
            };
            let here = height(0.0, 0.0);
            let rise = here - height(sun_x * 2.0 * stride, sun_y * 2.0 * stride);
            let slope = rise * self.relief / (2.0 * stride * self.bumps) * 0.35;
            let patch = noise::value(x * 0.35, y * 0.35, seed ^ 7);
            let grain = noise::value(x * view.scale * 0.4, y * view.scale * 0.4, seed ^ 9) - 0.5;
            let amount = smoothstep(0.2, 0.8, here) * 0.7 + 0.3 * patch + self.grains * grain;
            let color = self.colors[0].mix(self.colors[1], amount.clamp(0.0, 1.2));
            let lit = view.shade_ground(color) * (1.0 + slope).clamp(0.25, 1.9);
            canvas.blend(column, row, lit, 1.0);
        }
        self.scatter(canvas, view, dice);
    }

    /// Strews stones and straws over the ground, each with its shadow.
    fn scatter(&self, canvas: &mut Canvas, view: &View, dice: &mut Dice) {
        let mut shadow = Canvas::new(canvas.width, canvas.height);
        let somewhere = |dice: &mut Dice, canvas: &Canvas| {
            let (x, y) = (dice.between(0.0, canvas.width as f32), dice.between(0.0, canvas.height as f32));
            let (x, y) = view.ground(x, y);
            vec3(x, y, 0.0)
        };
        let mut stones = Vec::with_capacity(self.stones);
        for _ in 0..self.stones {
            let place = somewhere(dice, canvas);
            let size = 0.018 + 0.09 * dice.between(0.0, 1.0).powi(5);
            let (sin, cos) = dice.angle().sin_cos();
            let (a, b) = (size * dice.between(0.8, 1.4), size * dice.between(0.6, 1.0));
            let axes = [vec3(cos, sin, 0.0) * a, vec3(-sin, cos, 0.0) * b, vec3(0.0, 0.0, size * 0.6)];
            let tone = dice.pick(&[self.colors[0], self.colors[1], self.colors[1], rgb(150, 140, 130)]);
            let surface = Skin { grain: 0.4, seed: dice.seed(), ..Skin::plain(dice.vary(tone, 0.35), 0.05) };
            stones.push(Solid { center: place + vec3(0.0, 0.0, size * 0.25), axes, skin: surface });
        }
        let mut straws = Vec::with_capacity(self.straws);
        for _ in 0..self.straws {
            let from = somewhere(dice, canvas) + vec3(0.0, 0.0, 0.02);
            let (sin, cos) = dice.angle().sin_cos();
            let to = from + vec3(cos, sin, 0.05) * dice.between(0.3, 1.5);
            let tone = dice.pick(&[rgb(200, 170, 110), rgb(120, 90, 56), rgb(90, 110, 50)]);
            let color = dice.vary(tone, 0.25);
            straws.push(Limb { from, to, radii: (0.014, 0.008), color, gloss: 0.1 });
        }
        for stone in &stones {
            stone.cast(&mut shadow, view);
        }
        for straw in &straws {
            straw.cast(&mut shadow, view);
        }
        if self.stones + self.straws > 0 {
            canvas.lay(&shadow.blurred(1.0), 0.65);
        }
        for stone in &stones {
            stone.draw(canvas, view);
        }
        for straw in &straws {
            straw.draw(canvas, view);
        }
    }
}

/// Planks or bark: grain that runs one way, with cracks.
pub fn wood(canvas: &mut Canvas, view: &View, dice: &mut Dice) {
    let [dark, pale] = palette::wood(dice);
    let seed = dice.seed();
    let (sin, cos) = dice.angle().sin_cos();
    let (plank, rough) = (dice.between(1.2, 3.0), dice.between(0.6, 1.0));
    let (sun_x, sun_y) = view.sunward();
    let lit_from = (-sin * sun_x + cos * sun_y).signum();
    let width = canvas.width;
    for i in 0..canvas.pixels.len() {
        let (column, row) = (i % width, i / width);
        let (x, y) = view.ground(column as f32 + 0.5, row as f32 + 0.5);
        let (along, across) = (x * cos + y * sin, -x * sin + y * cos);
        let wave = 0.25 * noise::value(along * 0.5, across * 0.7, seed ^ 3);
        let height =
            |shift: f32| noise::fractal(along * 0.7 + 30.0, (across + wave + shift) * 9.0 + 30.0, 4, 0.65, seed);
        let here = height(0.0);
        let slope = (here - height(lit_from * 0.015)) * 9.0 * rough;
        let board = (across / plank).floor();
        let tone = mix(0.7, 1.15, noise::hash(board as i32 as u32, 5, seed));
        let seam = ((across / plank).fract().abs() - 0.5).abs() * plank;
        let gap = smoothstep(0.03, 0.06, plank / 2.0 - seam);
        let crack = smoothstep(0.20, 0.30, here);
        let color = dark.mix(pale, smoothstep(0.25, 0.75, here)) * (tone * (0.25 + 0.75 * crack * gap));
        canvas.blend(column, row, view.shade_ground(color) * (1.0 + slope).clamp(0.3, 1.7), 1.0);
    }
}

/// A branch that passes below the insect along `heading`, in front of whatever is behind it.
pub fn branch(canvas: &mut Canvas, view: &View, heading: f32, dice: &mut Dice) {
    let [dark, pale] = palette::wood(dice);
    let (seed, radius) = (dice.seed(), dice.between(0.30, 0.75));
    let (sin, cos) = heading.sin_cos();
    let middle = view.point(vec3(0.0, 0.0, -radius * 0.92));
    let along = view.vector(vec3(cos, sin, dice.between(-0.15, 0.15)));
    let along = (along * (1.0 / along.x.hypot(along.y).max(1e-3)), radius * view.scale);
    let (direction, thick) = along;
    let width = canvas.width;
    for i in 0..canvas.pixels.len() {
        let (column, row) = (i % width, i / width);
        let (x, y) = (column as f32 + 0.5 - middle.x, row as f32 + 0.5 - middle.y);
        let (s, t) = (x * direction.x + y * direction.y, -x * direction.y + y * direction.x);
        let knots = 1.0 + 0.12 * (noise::value(s / thick * 0.6, 3.0, seed) - 0.5);
        let cover = (thick * knots - t.abs() + 0.5).clamp(0.0, 1.0);
        if cover > 0.0 {
            let side = (t / (thick * knots)).clamp(-1.0, 1.0);
            let around = side.asin() * 2.0;
            let bark = |turn: f32| noise::fractal(s / thick * 1.1 + 40.0, (around + turn) * 3.0 + 40.0, 5, 0.6, seed);
            let (here, next) = (bark(0.0), bark(0.05));
            let bump = (here - next) * 2.5;
            let normal =
                vec3(-direction.y * (side + bump), direction.x * (side + bump), (1.0 - side * side).max(0.02).sqrt());
            let color = dark.mix(pale, smoothstep(0.25, 0.75, here)) * (0.5 + 0.5 * smoothstep(0.25, 0.45, here));
            canvas.blend(column, row, view.shade(normal.unit(), color, 0.0), cover);
        }
    }
}
