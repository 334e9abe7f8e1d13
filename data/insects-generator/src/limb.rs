//! Thin body parts: a leg's or an antenna's segment, round and narrowing to one end.

use crate::{
    canvas::{Canvas, edge},
    vector::{Color, Vec3, length, vec3},
    view::View,
};

/// A narrowing rod between two points of the world.
pub struct Limb {
    pub from: Vec3,
    pub to: Vec3,
    /// At both ends, in body lengths.
    pub radii: (f32, f32),
    pub color: Color,
    pub gloss: f32,
}

impl Limb {
    /// Draws the rod as a cylinder whose normal turns from one edge to the other.
    pub fn draw(&self, canvas: &mut Canvas, view: &View) {
        let (from, to) = (view.point(self.from), view.point(self.to));
        let (thick, tip) = (self.radii.0 * view.scale, self.radii.1 * view.scale);
        let along = to - from;
        let length2 = (along.x * along.x + along.y * along.y).max(1e-6);
        let widest = thick.max(tip);
        let reach = (along.x.abs() / 2.0 + widest, along.y.abs() / 2.0 + widest);
        canvas.visit(from.mix(to, 0.5), reach, |canvas, column, row| {
            let (dx, dy) = (column as f32 + 0.5 - from.x, row as f32 + 0.5 - from.y);
            let t = ((dx * along.x + dy * along.y) / length2).clamp(0.0, 1.0);
            let (x, y) = (dx - t * along.x, dy - t * along.y);
            let radius = thick + (tip - thick) * t;
            let cover = edge(radius, length(x, y));
            if cover > 0.0 {
                let side = 1.0 / radius.max(0.7);
                let (nx, ny) = (x * side, y * side);
                let normal = vec3(nx, ny, (1.0 - nx * nx - ny * ny).max(0.02).sqrt()).unit();
                let color = view.shade(normal, self.color, self.gloss);
                canvas.blend_at(column, row, from.z + along.z * t + radius * normal.z, color, cover);
            }
        });
    }

    /// Adds the rod's shadow.
    pub fn cast(&self, shadow: &mut Canvas, view: &View) {
        let (from, to) = (view.shadow(self.from), view.shadow(self.to));
        let radii = (self.radii.0 * view.scale, self.radii.1 * view.scale);
        shadow.stroke(view.point(from), view.point(to), radii, vec3(0.0, 0.0, 0.0), 1.0);
    }
}
