//! What a camera adds: depth of field, exposure, colour cast, vignette, contrast and sensor noise.

use image::{Rgb, RgbImage};

use crate::{
    canvas::Canvas,
    dice::Dice,
    noise,
    vector::{Color, grey, smoothstep, vec3},
};

/// The settings for one picture.
pub struct Lens {
    /// The mean and the standard deviation that the stored levels, 0 to 1, are brought near to.
    exposure: f32,
    spread: f32,
    /// 0 develops in black and white, 1 in full colour.
    saturation: f32,
    cast: Color,
    vignette: f32,
    noise: f32,
    seed: u32,
}

impl Lens {
    /// Throws the settings of a hobby photographer's camera: a mean level near `exposure`, in light
    /// about this warm (0 is white).
    pub fn new(exposure: f32, warmth: f32, dice: &mut Dice) -> Self {
        let warmth = warmth + 0.10 * dice.normal();
        Self {
            exposure: (exposure + 0.16 * dice.normal()).clamp(0.18, 0.85),
            spread: (0.29 + 0.05 * dice.normal()).clamp(0.12, 0.4),
            saturation: dice.between(0.55, 1.0),
            cast: vec3(1.0 + warmth, 1.0 + 0.03 * dice.normal(), 1.0 - warmth),
            vignette: dice.between(0.0, 0.4),
            noise: dice.between(0.006, 0.028),
            seed: dice.seed(),
        }
    }

    /// Develops the canvas: linear light becomes 8-bit levels.
    pub fn develop(&self, canvas: &Canvas) -> RgbImage {
        let (width, height) = (canvas.width, canvas.height);
        let tone = self.tone(canvas);
        let far = 4.0 / (width * width + height * height) as f32;
        let mut picture = RgbImage::new(width as u32, height as u32);
        for (i, pixel) in picture.pixels_mut().enumerate() {
            let (x, y) = (i % width, i / width);
            let (dx, dy) = (x as f32 - width as f32 / 2.0, y as f32 - height as f32 / 2.0);
            let falloff = 1.0 - self.vignette * (dx * dx + dy * dy) * far;
            let light = canvas.color(i) * self.cast * falloff;
            let light = grey(light.dot(grey(1.0 / 3.0))).mix(light, self.saturation);
            let roll = |channel: u32| {
                let seed = self.seed.wrapping_add(channel);
                noise::hash(x as u32, y as u32, seed) + noise::hash(x as u32, y as u32, !seed) - 1.0
            };
            let level = |light: f32, channel: u32| {
                let stored = tone.level(light) + self.noise * 2.4 * roll(channel);
                (stored * 255.0 + 0.5).clamp(0.0, 255.0) as u8
            };
            *pixel = Rgb([level(light.x, 0), level(light.y, 1), level(light.z, 2)]);
        }
        picture
    }

    /// The tone curve's gain, slope and fixed point, from the picture's own mean and spread: most of
    /// the way to those asked for, so that a dark scene stays darker than a bright one.
    fn tone(&self, canvas: &Canvas) -> Tone {
        let step = 7;
        let (mut sum, mut squares) = (0.0, 0.0);
        for i in (0..canvas.pixels.len()).step_by(step) {
            let level = canvas.color(i).dot(grey(1.0 / 3.0)).max(0.0).sqrt();
            sum += level;
            squares += level * level;
        }
        let count = canvas.pixels.len().div_ceil(step) as f32;
        let mean = (sum / count).max(0.02);
        let spread = (squares / count - mean * mean).max(1e-4).sqrt();
        let gain = (self.exposure / mean).powf(0.75);
        let slope = (self.spread / (spread * gain)).powf(0.8).clamp(1.0, 2.1);
        Tone { gain, slope, pivot: mean * gain }
    }
}

/// A straight line through `pivot`, bent at the upper end.
struct Tone {
    gain: f32,
    slope: f32,
    pivot: f32,
}

impl Tone {
    /// The stored level of some light; it nears black and white without hard edges.
    fn level(&self, light: f32) -> f32 {
        let level = self.pivot + (light.max(0.0).sqrt() * self.gain - self.pivot) * self.slope;
        match level {
            ..0.14 => 0.14 * ((level - 0.14) / 0.14).exp(),
            0.8.. => 1.0 - 0.2 * ((0.8 - level) / 0.2).exp(),
            _ => level,
        }
    }
}

/// Puts the canvas out of focus away from a band around height `focus`. `radius` is the blur at a
/// distance of the short side; it never falls below `least`.
pub fn defocus(canvas: &mut Canvas, focus: f32, radius: f32, least: f32) {
    if least > 0.3 {
        let soft = canvas.blurred(least);
        canvas.lay(&soft, 1.0);
    }
    if radius < 0.5 {
        return;
    }
    let (near, wide) = (canvas.blurred(radius * 0.4), canvas.blurred(radius));
    let (width, side) = (canvas.width, canvas.side());
    for y in 0..canvas.height {
        let away = (y as f32 - focus).abs() / side;
        let first = smoothstep(0.10, 0.32, away);
        let second = smoothstep(0.28, 0.62, away);
        for i in y * width..(y + 1) * width {
            for channel in 0..3 {
                let sharp = canvas.pixels[i][channel];
                let soft = sharp + (near.pixels[i][channel] - sharp) * first;
                canvas.pixels[i][channel] = soft + (wide.pixels[i][channel] - soft) * second;
            }
        }
    }
}
