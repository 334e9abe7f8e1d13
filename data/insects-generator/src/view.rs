//! Where the camera and the sun are.
//!
//! The world is measured in body lengths: the ground is the plane z = 0 and the insect stands at the
//! origin. The camera is far away (no perspective), raised by an elevation above the ground and
//! rolled about its own axis. On the screen x points right, y down, z towards the viewer, in pixels.

use crate::vector::{Color, Vec3, vec3};

/// One camera and one sun.
pub struct View {
    /// Where the world's origin falls on the screen.
    origin: Vec3,
    /// Pixels per body length.
    pub scale: f32,
    /// The sine of the camera's elevation: 1 looks straight down, 0 along the ground.
    pub steep: f32,
    right: Vec3,
    down: Vec3,
    toward: Vec3,
    /// Direction to the sun, in the world.
    sun: Vec3,
    light: Light,
    /// On the screen: to the sun, upwards, and halfway between the sun and the viewer.
    seen: [Vec3; 3],
}

/// The colours of the light: the sun's, the sky's from above, and what the ground throws back.
#[derive(Clone, Copy)]
pub struct Light {
    pub sun: Color,
    pub sky: Color,
    pub bounce: Color,
}

impl View {
    /// A view of the origin at `origin` on the screen; `elevation` and `roll` in radians.
    pub fn new(origin: (f32, f32), scale: f32, (elevation, roll): (f32, f32), sun: Vec3, light: Light) -> Self {
        let (steep, flat) = elevation.sin_cos();
        let (sin, cos) = roll.sin_cos();
        let (right, down) = (vec3(1.0, 0.0, 0.0), vec3(0.0, -steep, -flat));
        let mut view = Self {
            origin: vec3(origin.0, origin.1, 0.0),
            scale,
            steep,
            right: right * cos - down * sin,
            down: right * sin + down * cos,
            toward: vec3(0.0, -flat, steep),
            sun: sun.unit(),
            light,
            seen: [vec3(0.0, 0.0, 0.0); 3],
        };
        let (sun, up) = (view.turned(view.sun), view.turned(vec3(0.0, 0.0, 1.0)));
        view.seen = [sun, up, (sun + vec3(0.0, 0.0, 1.0)).unit()];
        view
    }

    /// The same view on a canvas `factor` times as large.
    pub fn zoomed(&self, factor: f32) -> Self {
        Self { origin: self.origin * factor, scale: self.scale * factor, ..*self }
    }

    /// A point of the world on the screen.
    pub fn point(&self, point: Vec3) -> Vec3 {
        self.origin + self.vector(point)
    }

    /// A direction of the world on the screen, in pixels.
    pub fn vector(&self, vector: Vec3) -> Vec3 {
        self.turned(vector) * self.scale
    }

    /// The point of the ground that is seen at (x, y).
    pub fn ground(&self, x: f32, y: f32) -> (f32, f32) {
        let (x, y) = ((x - self.origin.x) / self.scale, (y - self.origin.y) / self.scale);
        // right and down, cut to the ground's x and y, are a 2 × 2 matrix; this is its inverse.
        let det = self.right.x * self.down.y - self.right.y * self.down.x;
        ((x * self.down.y - y * self.right.y) / det, (y * self.right.x - x * self.down.x) / det)
    }

    /// Where the shadow of a point falls on the ground.
    pub fn shadow(&self, point: Vec3) -> Vec3 {
        point - self.sun * (point.z / self.sun.z)
    }

    /// The direction to the sun, cut to the ground.
    pub fn sunward(&self) -> (f32, f32) {
        (self.sun.x, self.sun.y)
    }

    /// The colour of a surface with this normal (on the screen), lit by sun, sky and ground; gloss
    /// adds the sun's reflection and a pale rim.
    pub fn shade(&self, normal: Vec3, color: Color, gloss: f32) -> Color {
        let [sun, up, half] = self.seen;
        let facing = ((normal.dot(sun) + 0.15) / 1.15).max(0.0);
        let above = 0.5 + 0.5 * normal.dot(up);
        let ambient = self.light.bounce.mix(self.light.sky, above);
        let mut lit = color * (self.light.sun * facing + ambient);
        if gloss > 0.0 {
            let mirror = normal.dot(half).max(0.0);
            let spark = mirror.powi(60) * 0.9 + mirror.powi(12) * 0.12;
            let rim = (1.0 - normal.z.clamp(0.0, 1.0)).powi(3) * 0.25;
            lit += (self.light.sun * spark + self.light.sky * rim * above) * gloss;
        }
        lit
    }

    /// The colour of flat ground of this colour.
    pub fn shade_ground(&self, color: Color) -> Color {
        self.shade(self.seen[1], color, 0.0)
    }

    /// A direction in the camera's axes.
    pub fn turned(&self, vector: Vec3) -> Vec3 {
        vec3(vector.dot(self.right), vector.dot(self.down), vector.dot(self.toward))
    }
}
