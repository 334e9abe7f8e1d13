//! A bee's wing: clear, tinted, with dark veins that branch from a strong front edge.

use crate::{
    blade::{Blade, spindle},
    canvas::Canvas,
    noise,
    vector::{Color, Vec3, grey, vec3},
    view::View,
};

/// One wing; the front edge is on the side of `across`.
pub struct Wing {
    pub root: Vec3,
    pub along: Vec3,
    pub across: Vec3,
    pub tint: Color,
    /// How much of what is behind it a wing hides, 0 to 1.
    pub opacity: f32,
    pub seed: u32,
}

impl Wing {
    fn blade(&self) -> Blade {
        Blade { root: self.root, along: self.along, across: self.across, bend: 0.0 }
    }

    /// Draws the membrane with its veins.
    pub fn draw(&self, canvas: &mut Canvas, view: &View) {
        let normal = view.turned(self.along.cross(self.across).unit());
        let normal = if normal.z < 0.0 { -normal } else { normal };
        let membrane = view.shade(normal, self.tint, 0.5);
        let vein = view.shade(normal, vec3(0.05, 0.03, 0.015), 0.1);
        let pixels = view.vector(self.across).norm();
        self.blade().draw(canvas, view, outline, |s, t| {
            let nearest = veins(s, t).min((1.0 - t).abs() * 0.8);
            let line = (1.0 - (nearest * pixels - 0.55).max(0.0)).clamp(0.0, 1.0);
            let sheen = noise::value(s * 7.0, t * 3.0, self.seed);
            let rainbow = vec3((9.0 * sheen).sin(), (9.0 * sheen + 2.1).sin(), (9.0 * sheen + 4.2).sin());
            let glassy = membrane + (grey(0.5) + rainbow * 0.35) * (0.12 * sheen);
            let opacity = self.opacity * (0.6 + 0.7 * sheen) + 0.10 * (t.abs()).powi(6);
            (glassy.mix(vein, line * 0.8), opacity.min(1.0).max(0.75 * line))
        });
    }

    /// Adds the wing's faint shadow.
    pub fn cast(&self, shadow: &mut Canvas, view: &View) {
        let flat = |point: Vec3| view.shadow(point);
        let blade = Blade { root: flat(self.root), along: flat(self.along), across: flat(self.across), bend: 0.0 };
        blade.draw(shadow, view, outline, |_, _| (grey(0.0), 0.25));
    }
}

fn outline(s: f32) -> f32 {
    spindle(s, 0.66, 1.15)
}

/// The distance to the nearest vein, in half-widths.
fn veins(s: f32, t: f32) -> f32 {
    let mut nearest = f32::INFINITY;
    for (start, end, from, to) in
        [(0.0, 0.95, 0.80, 0.86), (0.0, 0.80, 0.25, 0.45), (0.0, 0.72, -0.35, -0.15), (0.25, 0.66, -0.1, -0.75)]
    {
        if (start..end).contains(&s) {
            let along = (s - start) / (end - start);
            nearest = nearest.min((t - from - (to - from) * along).abs() * outline(s));
        }
    }
    for (place, from, to) in [(0.30, -0.3, 0.35), (0.48, 0.35, 0.82), (0.60, -0.7, 0.4), (0.74, 0.42, 0.84)] {
        if (from..to).contains(&t) {
            nearest = nearest.min((s - place - 0.07 * (t - from)).abs() * 3.0);
        }
    }
    nearest
}
