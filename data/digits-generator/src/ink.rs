//! From strokes to pixels: a pen of some width, ink, and a scanner that blurs and adds noise.

use crate::{dice::Dice, glyph::Point};

/// Pixels on a side.
pub const SIDE: usize = 28;

/// How high a digit usually is, and the most that it measures, in pixels.
const HEIGHT: f32 = 19.0;
const WIDEST: f32 = 21.0;

/// Draws strokes around (0, 0): white ink, 255, on black, 0, as in MNIST.
pub fn draw(strokes: &[Vec<Point>], dice: &mut Dice) -> Vec<u8> {
    let (radius, soft) = (dice.between(0.7, 1.9), dice.between(0.9, 2.2));
    let pressure = [0; 2].map(|_| 0.25 * dice.normal());
    let at = [0; 2].map(|_| SIDE as f32 / 2.0 + 0.8 * dice.normal());
    let ([left, right], [top, bottom]) = (span(strokes, |point| point.0), span(strokes, |point| point.1));
    let middle = (f32::midpoint(left, right), f32::midpoint(top, bottom));
    // What is bent far out is drawn smaller, so that it stays in the picture.
    let scale = HEIGHT.min(WIDEST / (right - left).max(bottom - top));
    let place = |&(x, y): &Point| ((x - middle.0) * scale + at[0], (y - middle.1) * scale + at[1]);
    let mut ink = [0.0_f32; SIDE * SIDE];
    for stroke in strokes {
        for pair in stroke.windows(2) {
            // The pen is pressed more on one side of the digit than on the other.
            let press = 1.0 + pressure[0] * 2.0 * (pair[0].0 - middle.0) + pressure[1] * (pair[0].1 - middle.1);
            piece(&mut ink, (place(&pair[0]), place(&pair[1])), (radius * press).clamp(0.6, 2.4), soft);
        }
    }
    let (strength, noise) = (dice.between(0.75, 1.0), dice.between(0.01, 0.07));
    // A scanner clears the background; the brightest noise stays.
    let level = |ink: f32| (ink * strength + noise * (dice.grain() - 1.2)) * 255.0;
    ink.into_iter().map(level).map(|level| level.round().clamp(0.0, 255.0) as u8).collect()
}

/// Returns the least and the greatest of a coordinate.
fn span(strokes: &[Vec<Point>], coordinate: fn(&Point) -> f32) -> [f32; 2] {
    let values = || strokes.iter().flatten().map(coordinate);
    [values().fold(f32::INFINITY, f32::min), values().fold(f32::NEG_INFINITY, f32::max)]
}

/// Inks a straight piece: all within `radius` of it, with an edge that is `soft` pixels wide.
fn piece(ink: &mut [f32; SIDE * SIDE], (from, to): (Point, Point), radius: f32, soft: f32) {
    let along = (to.0 - from.0, to.1 - from.1);
    let length2 = (along.0 * along.0 + along.1 * along.1).max(1e-6);
    let reach = radius + soft / 2.0;
    let covered = |a: f32, b: f32| {
        let low = (a.min(b) - reach - 0.5).clamp(0.0, SIDE as f32) as usize;
        low..(a.max(b) + reach + 0.5).clamp(0.0, SIDE as f32) as usize
    };
    for row in covered(from.1, to.1) {
        for column in covered(from.0, to.0) {
            let (x, y) = (column as f32 + 0.5 - from.0, row as f32 + 0.5 - from.1);
            let t = ((x * along.0 + y * along.1) / length2).clamp(0.0, 1.0);
            let (dx, dy) = (x - t * along.0, y - t * along.1);
            let cover = ((radius - (dx * dx + dy * dy).sqrt()) / soft + 0.5).clamp(0.0, 1.0);
            let pixel = &mut ink[row * SIDE + column];
            *pixel = pixel.max(cover);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_horizontal_line_covers_the_pixels_around_it() {
        let mut ink = [0.0; SIDE * SIDE];
        piece(&mut ink, ((5.0, 10.0), (20.0, 10.0)), 1.5, 1.0);
        // The centres of rows 8 to 11 are 1.5, 0.5, 0.5 and 1.5 away, so they are covered by 0.5, 1, 1 and 0.5.
        let column = |x: usize| [7, 8, 9, 10, 11, 12].map(|y| (10.0 * ink[y * SIDE + x]) as u8);
        assert_eq!(column(12), [0, 5, 10, 10, 5, 0]);
        assert_eq!(column(23), [0; 6]);
    }

    #[test]
    fn a_line_beyond_the_picture_is_cut_off() {
        let mut ink = [0.0; SIDE * SIDE];
        piece(&mut ink, ((-50.0, -50.0), (80.0, 80.0)), 1.0, 1.0);
        assert!(ink.iter().all(|ink| (0.0..=1.0).contains(ink)) && ink[0] > 0.9);
    }
}
