//! Rounded body parts: an ellipsoid with a skin, maybe furry.
//!
//! An ellipsoid is drawn exactly: for each pixel of its box the ray through it meets the unit sphere
//! into which the ellipsoid's own axes turn it, which gives depth, normal and texture at once.

use crate::{
    canvas::Canvas,
    noise,
    vector::{Color, Vec3, length, smoothstep, vec3},
    view::View,
};

/// An ellipsoid in the world; its half-axes are at right angles to each other.
pub struct Solid {
    pub center: Vec3,
    pub axes: [Vec3; 3],
    pub skin: Skin,
}

/// What a surface looks like.
#[derive(Clone, Copy)]
pub struct Skin {
    pub color: Color,
    pub pattern: Pattern,
    /// 0 is chalk, 1 is lacquer.
    pub gloss: f32,
    /// How uneven the colour is.
    pub grain: f32,
    pub fur: Option<Fur>,
    pub seed: u32,
}

/// The drawing on a skin.
#[derive(Clone, Copy)]
pub enum Pattern {
    /// One colour.
    Plain,
    /// Rings across the first axis, one per unit of `start + reach · (−1 at the back … 1 in front)`;
    /// the hind `share` of every ring is `dark`.
    Rings { dark: Color, start: f32, reach: f32, share: f32 },
}

/// Hairs that stand on a skin and lean back along the first axis.
#[derive(Clone, Copy)]
pub struct Fur {
    pub color: Color,
    /// In body lengths.
    pub length: f32,
    pub hairs: usize,
}

impl Skin {
    /// A smooth skin of one colour.
    pub fn plain(color: Color, gloss: f32) -> Self {
        Self { color, pattern: Pattern::Plain, gloss, grain: 0.15, fur: None, seed: 0 }
    }

    /// The colour at a place of the unit sphere.
    fn color(&self, place: Vec3) -> Color {
        let spots = noise::value(place.x * 9.0 + place.z * 4.0, place.y * 9.0 + place.z * 5.0, self.seed);
        let color = match self.pattern {
            Pattern::Plain => self.color,
            Pattern::Rings { dark, start, reach, share } => {
                let ragged = 0.12 * (spots - 0.5) - 0.10 * place.y * place.y;
                let ring = (start + reach * place.x + ragged).rem_euclid(1.0);
                let edges = smoothstep(share - 0.09, share + 0.09, ring) * (1.0 - smoothstep(0.93, 1.0, ring));
                dark.mix(self.color, edges)
            }
        };
        color * (1.0 + self.grain * (2.0 * spots - 1.0))
    }
}

impl Solid {
    /// Draws the ellipsoid and then its fur.
    pub fn draw(&self, canvas: &mut Canvas, view: &View) {
        let center = view.point(self.center);
        let axes = self.axes.map(|axis| view.vector(axis));
        let inverse = axes.map(|axis| axis * (1.0 / axis.norm2()));
        // place = x·columns[0] + y·columns[1] + z·columns[2] turns the screen into the unit sphere.
        let column = |pick: fn(Vec3) -> f32| vec3(pick(inverse[0]), pick(inverse[1]), pick(inverse[2]));
        let columns = [column(|v| v.x), column(|v| v.y), column(|v| v.z)];
        let thin = columns[2].norm2();
        // The outline is the ellipse x·(xx x + xy y) + y·(xy x + yy y) = 1.
        let tilt = [columns[0].dot(columns[2]), columns[1].dot(columns[2])];
        let xx = columns[0].norm2() - tilt[0] * tilt[0] / thin;
        let xy = columns[0].dot(columns[1]) - tilt[0] * tilt[1] / thin;
        let yy = columns[1].norm2() - tilt[1] * tilt[1] / thin;
        let reach = |pick: fn(Vec3) -> f32| axes.iter().map(|&v| pick(v).powi(2)).sum::<f32>().sqrt();
        canvas.visit(center, (reach(|v| v.x), reach(|v| v.y)), |canvas, column, row| {
            let (x, y) = (column as f32 + 0.5 - center.x, row as f32 + 0.5 - center.y);
            let slope = (xx * x + xy * y, xy * x + yy * y);
            let level = x * slope.0 + y * slope.1;
            let steepness = 2.0 * length(slope.0, slope.1);
            let cover = ((1.0 - level) / steepness.max(1e-6) + 0.5).clamp(0.0, 1.0);
            if cover <= 0.0 {
                return;
            }
            let flat = columns[0] * x + columns[1] * y;
            let z = ((1.0 - level).max(0.0) / thin).sqrt() - flat.dot(columns[2]) / thin;
            let place = flat + columns[2] * z;
            let normal = inverse[0] * place.x + inverse[1] * place.y + inverse[2] * place.z;
            let color = view.shade(normal.unit(), self.skin.color(place), self.skin.gloss);
            canvas.blend_at(column, row, center.z + z, color, cover);
        });
        if let Some(fur) = self.skin.fur {
            self.draw_fur(canvas, view, fur);
        }
    }

    fn draw_fur(&self, canvas: &mut Canvas, view: &View, fur: Fur) {
        let radii = (0.0042 * view.scale, 0.0012 * view.scale);
        for i in 0..fur.hairs as u32 {
            let roll = |what: u32| noise::hash(i, what, self.skin.seed);
            let (height, (sin, cos)) = (2.0 * roll(0) - 1.0, (std::f32::consts::TAU * roll(1)).sin_cos());
            let around = (1.0 - height * height).sqrt();
            let place = vec3(height, around * cos, around * sin);
            let [x, y, z] = self.axes;
            let normal = (x * (place.x / x.norm2()) + y * (place.y / y.norm2()) + z * (place.z / z.norm2())).unit();
            let facing = view.turned(normal);
            if facing.z < -0.15 {
                continue;
            }
            let root = self.center + x * place.x + y * place.y + z * place.z;
            let lean = normal + x.unit() * (-0.7 + 0.5 * roll(2)) + vec3(roll(3) - 0.5, roll(4) - 0.5, roll(5) - 0.5);
            let tip = root + lean.unit() * (fur.length * (0.5 + 0.7 * roll(6)));
            let color = view.shade(facing, fur.color, 0.0) * (0.55 + 0.9 * roll(7));
            canvas.stroke(view.point(root), view.point(tip), radii, color, 0.7);
        }
    }

    /// Adds the ellipsoid's shadow: the flattened ellipsoid is an ellipse again.
    pub fn cast(&self, shadow: &mut Canvas, view: &View) {
        let center = view.point(view.shadow(self.center));
        let flat = self.axes.map(|axis| view.vector(view.shadow(axis)));
        let sum = |f: fn(Vec3) -> f32| flat.iter().map(|&v| f(v)).sum::<f32>();
        let (xx, xy, yy) = (sum(|v| v.x * v.x), sum(|v| v.x * v.y), sum(|v| v.y * v.y));
        let det = (xx * yy - xy * xy).max(1e-6);
        shadow.visit(center, (xx.sqrt(), yy.sqrt()), |shadow, column, row| {
            let (x, y) = (column as f32 + 0.5 - center.x, row as f32 + 0.5 - center.y);
            let level = (x * x * yy - 2.0 * x * y * xy + y * y * xx) / det;
            if level < 1.0 {
                shadow.blend(column, row, vec3(0.0, 0.0, 0.0), (4.0 * (1.0 - level)).min(1.0));
            }
        });
    }
}
