//! A picture in linear light with coverage and depth, and what can be done to all of it: lay one
//! over another, blur, enlarge.

use crate::vector::{Color, Vec3, length, vec3};

/// Pixels as (red, green, blue, coverage), the colour already multiplied by the coverage.
pub struct Canvas {
    pub width: usize,
    pub height: usize,
    pub pixels: Vec<[f32; 4]>,
    /// How near the camera each pixel is, in pixels; empty until something is drawn at a depth.
    depth: Vec<f32>,
}

impl Canvas {
    /// A canvas with nothing on it.
    pub fn new(width: usize, height: usize) -> Self {
        Self { width, height, pixels: vec![[0.0; 4]; width * height], depth: Vec::new() }
    }

    /// A canvas covered by `paint(x, y)`, called at the centre of each pixel.
    pub fn covered(width: usize, height: usize, paint: impl Fn(f32, f32) -> Color) -> Self {
        let mut canvas = Self::new(width, height);
        for (i, pixel) in canvas.pixels.iter_mut().enumerate() {
            let color = paint((i % width) as f32 + 0.5, (i / width) as f32 + 0.5);
            *pixel = [color.x, color.y, color.z, 1.0];
        }
        canvas
    }

    /// The short side.
    pub fn side(&self) -> f32 {
        self.width.min(self.height) as f32
    }

    /// Lays `color` over one pixel, covering this part of it.
    pub fn blend(&mut self, x: usize, y: usize, color: Color, cover: f32) {
        lay(&mut self.pixels[y * self.width + x], [color.x, color.y, color.z, 1.0], cover);
    }

    /// Lays `color` over one pixel where nothing nearer than `depth` is there already.
    pub fn blend_at(&mut self, x: usize, y: usize, depth: f32, color: Color, cover: f32) {
        self.depth.resize(self.pixels.len(), f32::NEG_INFINITY);
        let there = &mut self.depth[y * self.width + x];
        let cover = cover * (0.5 + (depth - *there) / 1.5).clamp(0.0, 1.0);
        if cover > 0.5 {
            *there = depth;
        }
        if cover > 0.0 {
            self.blend(x, y, color, cover);
        }
    }

    /// Lays `color` over one pixel unless something nearer is there; leaves the depth as it was.
    pub fn glaze(&mut self, x: usize, y: usize, depth: f32, color: Color, cover: f32) {
        let there = self.depth.get(y * self.width + x).copied().unwrap_or(f32::NEG_INFINITY);
        self.blend(x, y, color, cover * (0.5 + (depth - there) / 1.5).clamp(0.0, 1.0));
    }

    /// Calls `visit(self, x, y)` for the pixels of the box around `center`, cut at the edges.
    pub fn visit(&mut self, center: Vec3, reach: (f32, f32), mut visit: impl FnMut(&mut Self, usize, usize)) {
        let span = |middle: f32, reach: f32, size: usize| {
            let low = (middle - reach - 1.0).max(0.0) as usize;
            low..((middle + reach + 2.0).clamp(0.0, size as f32) as usize)
        };
        for y in span(center.y, reach.1, self.height) {
            for x in span(center.x, reach.0, self.width) {
                visit(self, x, y);
            }
        }
    }

    /// A straight stroke that narrows from one radius to another.
    pub fn stroke(&mut self, from: Vec3, to: Vec3, radii: (f32, f32), color: Color, cover: f32) {
        let along = to - from;
        let length2 = (along.x * along.x + along.y * along.y).max(1e-6);
        let middle = from.mix(to, 0.5);
        let widest = radii.0.max(radii.1);
        let reach = (along.x.abs() / 2.0 + widest, along.y.abs() / 2.0 + widest);
        self.visit(middle, reach, |canvas, x, y| {
            let (dx, dy) = (x as f32 + 0.5 - from.x, y as f32 + 0.5 - from.y);
            let t = ((dx * along.x + dy * along.y) / length2).clamp(0.0, 1.0);
            let away = length(dx - t * along.x, dy - t * along.y);
            let inside = edge(radii.0 + (radii.1 - radii.0) * t, away);
            if inside > 0.0 {
                canvas.blend(x, y, color, cover * inside);
            }
        });
    }

    /// Lays `above` over this canvas of the same size, as a sheet that lets this share through.
    pub fn lay(&mut self, above: &Self, strength: f32) {
        for (pixel, &top) in self.pixels.iter_mut().zip(&above.pixels) {
            lay(pixel, top, strength);
        }
    }

    /// The canvas out of focus. Three box blurs make nearly a Gaussian; wide ones are done small.
    pub fn blurred(&self, radius: f32) -> Self {
        if radius > 5.0 && self.side() > 16.0 {
            let small = self.resized(self.width.div_ceil(2), self.height.div_ceil(2));
            return small.blurred(radius / 2.0).resized(self.width, self.height);
        }
        let mut blurred = Self { depth: Vec::new(), pixels: self.pixels.clone(), ..*self };
        let mut spare = Vec::with_capacity(self.width.max(self.height));
        for row in blurred.pixels.chunks_exact_mut(self.width) {
            for _ in 0..3 {
                box_blur(row, radius, &mut spare);
            }
        }
        let mut column = vec![[0.0; 4]; self.height];
        for x in 0..self.width {
            for (y, pixel) in column.iter_mut().enumerate() {
                *pixel = blurred.pixels[y * self.width + x];
            }
            for _ in 0..3 {
                box_blur(&mut column, radius, &mut spare);
            }
            for (y, pixel) in column.iter().enumerate() {
                blurred.pixels[y * self.width + x] = *pixel;
            }
        }
        blurred
    }

    /// The canvas at another size, interpolated between the four nearest pixels.
    pub fn resized(&self, width: usize, height: usize) -> Self {
        let mut canvas = Self::new(width, height);
        let places = |from: usize, to: usize| -> Vec<(usize, usize, f32)> {
            let ratio = from as f32 / to as f32;
            let place = |i: usize| {
                let at = ((i as f32 + 0.5) * ratio - 0.5).clamp(0.0, from as f32 - 1.0);
                (at as usize, (at as usize + 1).min(from - 1), at.fract())
            };
            (0..to).map(place).collect()
        };
        let columns = places(self.width, width);
        for (row, (top, bottom, v)) in places(self.height, height).into_iter().enumerate() {
            for (column, &(left, right, u)) in columns.iter().enumerate() {
                let pixel = |x: usize, y: usize| self.pixels[y * self.width + x];
                let upper = between(pixel(left, top), pixel(right, top), u);
                let lower = between(pixel(left, bottom), pixel(right, bottom), u);
                canvas.pixels[row * width + column] = between(upper, lower, v);
            }
        }
        canvas
    }

    /// The colour of one pixel.
    pub fn color(&self, index: usize) -> Color {
        let [red, green, blue, _] = self.pixels[index];
        vec3(red, green, blue)
    }
}

/// How much of a pixel lies inside a shape whose edge is `radius` from its middle line, for a pixel
/// `away` from that line. Shapes thinner than a pixel become faint rather than broken.
pub fn edge(radius: f32, away: f32) -> f32 {
    let faint = (2.0 * radius).min(1.0);
    faint * (radius.max(0.5) - away + 0.5).clamp(0.0, 1.0)
}

fn lay(pixel: &mut [f32; 4], top: [f32; 4], strength: f32) {
    let keep = 1.0 - top[3] * strength;
    for (below, above) in pixel.iter_mut().zip(top) {
        *below = *below * keep + above * strength;
    }
}

fn between(from: [f32; 4], to: [f32; 4], amount: f32) -> [f32; 4] {
    std::array::from_fn(|i| from[i] + (to[i] - from[i]) * amount)
}

/// Replaces each pixel by the mean of those within `radius`; beyond the ends the last pixel goes on.
/// `source` is room for a copy of the line.
fn box_blur(line: &mut [[f32; 4]], radius: f32, source: &mut Vec<[f32; 4]>) {
    // A box of half-width r has variance r(r + 1)/3, so three of them spread by about r.
    let whole = radius as usize;
    let part = radius - whole as f32;
    let scale = 1.0 / (2.0 * radius + 1.0);
    source.clear();
    source.extend(std::iter::repeat_n(line[0], whole + 1));
    source.extend_from_slice(line);
    source.extend(std::iter::repeat_n(line[line.len() - 1], whole + 1));
    let mut sum = [0.0; 4];
    for &pixel in &source[1..=2 * whole + 1] {
        add(&mut sum, pixel, 1.0);
    }
    let leaving = source.windows(2);
    let arriving = &source[2 * whole + 2..];
    for ((pixel, left), &right) in line.iter_mut().zip(leaving).zip(arriving) {
        let mut total = sum;
        add(&mut total, left[0], part);
        add(&mut total, right, part);
        *pixel = total.map(|channel| channel * scale);
        add(&mut sum, right, 1.0);
        add(&mut sum, left[1], -1.0);
    }
}

fn add(sum: &mut [f32; 4], pixel: [f32; 4], weight: f32) {
    for (total, channel) in sum.iter_mut().zip(pixel) {
        *total += channel * weight;
    }
}
