//! Flat shapes with a root, a tip and two edges: petals, leaves, blades of grass and wings.

use crate::{
    canvas::Canvas,
    vector::{Color, Vec3},
    view::View,
};

/// A flat sheet: `root + s · along + t · across`, with s from 0 to 1 and |t| up to an outline.
pub struct Blade {
    pub root: Vec3,
    pub along: Vec3,
    /// Half of the width where the outline is 1.
    pub across: Vec3,
    /// How far the tip is bent to the side, in half-widths.
    pub bend: f32,
}

impl Blade {
    /// Draws the sheet. `outline(s)` is its half-width; `paint(s, t)` its colour and opacity, where t
    /// runs from −1 at one edge to 1 at the other.
    pub fn draw(
        &self,
        canvas: &mut Canvas,
        view: &View,
        outline: impl Fn(f32) -> f32,
        paint: impl Fn(f32, f32) -> (Color, f32),
    ) {
        let root = view.point(self.root);
        let (along, across) = (view.vector(self.along), view.vector(self.across));
        let det = along.x * across.y - along.y * across.x;
        let length = along.x.hypot(along.y);
        let width = det.abs() / length.max(1e-3);
        if width < 0.3 {
            return;
        }
        // The outline is worth a table: it costs two powers, and every pixel asks twice.
        let steps = length.clamp(16.0, 256.0) as usize;
        let table: Vec<f32> = (0..=steps + 1).map(|i| outline((i as f32 / steps as f32).min(1.0))).collect();
        let wide = 1.05 + self.bend.abs();
        let reach = (along.x.abs() / 2.0 + across.x.abs() * wide, along.y.abs() / 2.0 + across.y.abs() * wide);
        canvas.visit(root + along * 0.5, reach, |canvas, column, row| {
            let (x, y) = (column as f32 + 0.5 - root.x, row as f32 + 0.5 - root.y);
            let s = (x * across.y - y * across.x) / det;
            if !(0.0..=1.0).contains(&s) {
                return;
            }
            let t = (along.x * y - along.y * x) / det - self.bend * s * s;
            let step = s * steps as f32;
            let ahead = table[step as usize + 1] - table[step as usize];
            let half = table[step as usize] + ahead * step.fract();
            let slope = ahead * steps as f32 * width / length;
            let inside = (half - t.abs()) * width / (slope * slope + 1.0).sqrt() + 0.5;
            if inside > 0.0 {
                let (color, opacity) = paint(s, (t / half.max(1e-3)).clamp(-1.0, 1.0));
                let depth = root.z + along.z * s + across.z * t;
                canvas.glaze(column, row, depth, color, opacity * inside.min(1.0));
            }
        });
    }
}

/// An outline that is widest at `widest` of the length and pointed at both ends; `blunt` below 1
/// rounds the ends, above 1 sharpens them.
pub fn spindle(s: f32, widest: f32, blunt: f32) -> f32 {
    // s^p (1-s)^q is largest at p / (p + q).
    let (p, q) = (blunt * widest, blunt * (1.0 - widest));
    let top = widest.powf(p) * (1.0 - widest).powf(q);
    s.clamp(0.0, 1.0).powf(p) * (1.0 - s).clamp(0.0, 1.0).powf(q) / top
}
