//! Three numbers with arithmetic: a point, a direction, or a colour in linear light.

use std::ops::{Add, AddAssign, Mul, Neg, Sub};

/// A point or direction in space; see [`Color`] for its other life.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Vec3 {
    pub x: f32,
    pub y: f32,
    pub z: f32,
}

/// Red, green and blue as amounts of light: adding two lamps adds their colours.
pub type Color = Vec3;

/// The vector (x, y, z).
pub const fn vec3(x: f32, y: f32, z: f32) -> Vec3 {
    Vec3 { x, y, z }
}

/// A colour as a paint program writes it, 0 to 255, taken to linear light (gamma 2).
pub fn rgb(red: u8, green: u8, blue: u8) -> Color {
    let linear = |level: u8| (f32::from(level) / 255.0).powi(2);
    vec3(linear(red), linear(green), linear(blue))
}

/// The grey whose three channels are all `level`.
pub const fn grey(level: f32) -> Color {
    vec3(level, level, level)
}

/// A colour from its hue (in turns: 0 red, 1/3 green, 2/3 blue), saturation and value.
pub fn hsv(hue: f32, saturation: f32, value: f32) -> Color {
    let channel = |offset: f32| {
        let k = (offset + hue * 6.0).rem_euclid(6.0);
        let level = value * (1.0 - saturation * k.min(4.0 - k).clamp(0.0, 1.0));
        level * level
    };
    vec3(channel(5.0), channel(3.0), channel(1.0))
}

/// 0 below `low`, 1 above `high`, and smooth in between.
pub fn smoothstep(low: f32, high: f32, x: f32) -> f32 {
    let t = ((x - low) / (high - low)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// The length of (x, y); `f32::hypot` is safe from overflow, which no picture comes near, and slow.
pub fn length(x: f32, y: f32) -> f32 {
    (x * x + y * y).sqrt()
}

/// The number `amount` of the way from `from` to `to`.
pub fn mix(from: f32, to: f32, amount: f32) -> f32 {
    from + (to - from) * amount
}

impl Vec3 {
    /// The scalar product.
    pub fn dot(self, other: Self) -> f32 {
        self.x * other.x + self.y * other.y + self.z * other.z
    }

    /// The squared length.
    pub fn norm2(self) -> f32 {
        self.dot(self)
    }

    /// The length.
    pub fn norm(self) -> f32 {
        self.norm2().sqrt()
    }

    /// The vector of length 1 in the same direction.
    pub fn unit(self) -> Self {
        self * (1.0 / self.norm().max(1e-12))
    }

    /// The vector at a right angle to both.
    pub fn cross(self, other: Self) -> Self {
        vec3(
            self.y * other.z - self.z * other.y,
            self.z * other.x - self.x * other.z,
            self.x * other.y - self.y * other.x,
        )
    }

    /// The vector `amount` of the way to `other`.
    pub fn mix(self, other: Self, amount: f32) -> Self {
        self + (other - self) * amount
    }
}

impl Add for Vec3 {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        vec3(self.x + other.x, self.y + other.y, self.z + other.z)
    }
}

impl AddAssign for Vec3 {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Vec3 {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        vec3(self.x - other.x, self.y - other.y, self.z - other.z)
    }
}

impl Neg for Vec3 {
    type Output = Self;
    fn neg(self) -> Self {
        vec3(-self.x, -self.y, -self.z)
    }
}

impl Mul<f32> for Vec3 {
    type Output = Self;
    fn mul(self, factor: f32) -> Self {
        vec3(self.x * factor, self.y * factor, self.z * factor)
    }
}

/// Channel by channel: a surface's colour times the light that falls on it.
impl Mul for Vec3 {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        vec3(self.x * other.x, self.y * other.y, self.z * other.z)
    }
}
