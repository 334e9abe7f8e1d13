//! An insect as a list of parts, and the pose that carries it from its own measures into the world.

use crate::{
    canvas::Canvas,
    dice::Dice,
    limb::Limb,
    solid::{Skin, Solid},
    vector::{Color, Vec3, vec3},
    view::View,
    wing::Wing,
};

/// Where an insect stands and which way it looks.
#[derive(Clone, Copy)]
pub struct Pose {
    pub place: Vec3,
    forward: Vec3,
    left: Vec3,
    up: Vec3,
    /// The body length, in the world's units.
    pub size: f32,
}

/// One part of an insect, in the world.
pub enum Part {
    Solid(Solid),
    Limb(Limb),
    Wing(Wing),
}

impl Pose {
    /// On the ground at `place`, looking along `heading`, with the head raised by `pitch`.
    pub fn new(place: Vec3, size: f32, heading: f32, pitch: f32) -> Self {
        let (sin, cos) = heading.sin_cos();
        let (raise, level) = pitch.sin_cos();
        let forward = vec3(cos * level, sin * level, raise);
        let left = vec3(-sin, cos, 0.0);
        Self { place, forward, left, up: forward.cross(left), size }
    }

    /// A point of the body: x forward, y to the left, z up, in body lengths.
    pub fn point(&self, point: Vec3) -> Vec3 {
        self.place + self.vector(point)
    }

    /// A direction of the body.
    pub fn vector(&self, v: Vec3) -> Vec3 {
        (self.forward * v.x + self.left * v.y + self.up * v.z) * self.size
    }
}

/// Collects the parts of one insect.
pub struct Body {
    pub pose: Pose,
    pub parts: Vec<Part>,
}

impl Body {
    /// An insect without any part yet.
    pub fn new(pose: Pose) -> Self {
        Self { pose, parts: Vec::new() }
    }

    /// Adds an ellipsoid with half-axes along the body's own, its front raised by `tilt`.
    pub fn solid(&mut self, center: Vec3, radii: Vec3, tilt: f32, mut skin: Skin) {
        let (rise, level) = tilt.sin_cos();
        if let Some(fur) = &mut skin.fur {
            fur.length *= self.pose.size;
        }
        self.parts.push(Part::Solid(Solid {
            center: self.pose.point(center),
            axes: [
                self.pose.vector(vec3(level, 0.0, rise) * radii.x),
                self.pose.vector(vec3(0.0, radii.y, 0.0)),
                self.pose.vector(vec3(-rise, 0.0, level) * radii.z),
            ],
            skin,
        }));
    }

    /// Adds a chain of rods through `joints`, narrowing from the first radius to the second.
    pub fn chain(&mut self, joints: &[Vec3], radii: (f32, f32), color: Color, gloss: f32) {
        let steps = (joints.len() - 1) as f32;
        let size = self.pose.size;
        let radius = |i: usize| size * (radii.0 + (radii.1 - radii.0) * i as f32 / steps);
        for (i, pair) in joints.windows(2).enumerate() {
            self.parts.push(Part::Limb(Limb {
                from: self.pose.point(pair[0]),
                to: self.pose.point(pair[1]),
                radii: (radius(i), radius(i + 1)),
                color,
                gloss,
            }));
        }
    }

    /// Adds the wing that grows from `root` on one side (1 left, −1 right).
    pub fn wing(&mut self, root: Vec3, along: Vec3, width: f32, (tint, opacity): (Color, f32), dice: &mut Dice) {
        let front = along.cross(vec3(0.0, 0.0, along.y)).unit();
        self.parts.push(Part::Wing(Wing {
            root: self.pose.point(root),
            along: self.pose.vector(along),
            across: self.pose.vector(front * width),
            tint,
            opacity,
            seed: dice.seed(),
        }));
    }
}

/// Draws all parts, the far ones first.
pub fn draw(parts: &mut [Part], canvas: &mut Canvas, view: &View) {
    let depth = |part: &Part| {
        let middle = match part {
            Part::Solid(solid) => solid.center,
            Part::Limb(limb) => limb.from.mix(limb.to, 0.5),
            Part::Wing(wing) => wing.root + wing.along * 0.5,
        };
        view.point(middle).z
    };
    parts.sort_by(|a, b| depth(a).total_cmp(&depth(b)));
    for part in parts {
        match part {
            Part::Solid(solid) => solid.draw(canvas, view),
            Part::Limb(limb) => limb.draw(canvas, view),
            Part::Wing(wing) => wing.draw(canvas, view),
        }
    }
}

/// Adds the shadows of all parts on the ground.
pub fn cast(parts: &[Part], shadow: &mut Canvas, view: &View) {
    for part in parts {
        match part {
            Part::Solid(solid) => solid.cast(shadow, view),
            Part::Limb(limb) => limb.cast(shadow, view),
            Part::Wing(wing) => wing.cast(shadow, view),
        }
    }
}
