//! How a hand writes a digit: never twice the same, leaning, wide or narrow, and bent.

use crate::{dice::Dice, glyph::Point};

/// Short straight pieces between two points of a curve.
const PIECES: usize = 6;

/// Knots of the field that bends a digit, in each direction.
const KNOTS: usize = 4;

/// Returns the strokes of a digit as lines of many points, around (0, 0) and about 1 high.
pub fn write(strokes: &[Vec<Point>], dice: &mut Dice) -> Vec<Vec<Point>> {
    let unsteady = dice.between(0.0, 0.045);
    let (width, height) = (1.0 + 0.13 * dice.normal(), 1.0 + 0.07 * dice.normal());
    let (lean, turn) = (0.12 + 0.15 * dice.normal(), 0.09 * dice.normal());
    // The tangent gives cosine and sine by a square root.
    let cos = 1.0 / (1.0 + turn * turn).sqrt();
    let sin = turn * cos;
    let bend = Bend::new(dice.between(0.0, 0.075), dice);
    let place = |(x, y): Point| {
        let (x, y) = bend.move_point((x, y));
        let (x, y) = ((x - 0.32) * width, (y - 0.5) * height);
        let x = x - lean * y;
        (x * cos - y * sin, x * sin + y * cos)
    };
    let mut shaken = |&(x, y): &Point| (x + unsteady * dice.normal(), y + unsteady * dice.normal());
    let mut written = Vec::with_capacity(strokes.len());
    for stroke in strokes {
        let is_closed = stroke.first() == stroke.last();
        let mut points: Vec<Point> = stroke.iter().map(&mut shaken).collect();
        if is_closed {
            points[0] = points[points.len() - 1];
        }
        written.push(curve(&points, is_closed).into_iter().map(place).collect());
    }
    written
}

/// Returns a smooth curve through these points: Catmull and Rom's spline.
fn curve(points: &[Point], is_closed: bool) -> Vec<Point> {
    let last = points.len() - 1;
    let mut line = vec![points[0]];
    for at in 0..last {
        let before = if at > 0 {
            at - 1
        } else if is_closed {
            last - 1
        } else {
            0
        };
        let after = if at + 2 <= last {
            at + 2
        } else if is_closed {
            1
        } else {
            last
        };
        let corners = [points[before], points[at], points[at + 1], points[after]];
        for piece in 1..=PIECES {
            let t = piece as f32 / PIECES as f32;
            line.push((spline(corners.map(|p| p.0), t), spline(corners.map(|p| p.1), t)));
        }
    }
    line
}

/// The spline between `b` and `c`, for t from 0 to 1.
fn spline([a, b, c, d]: [f32; 4], t: f32) -> f32 {
    b + 0.5 * t * (c - a + t * (2.0 * a - 5.0 * b + 4.0 * c - d + t * (3.0 * (b - c) + d - a)))
}

/// A field that moves each point a little, and neighbours alike: an elastic distortion.
struct Bend([[Point; KNOTS]; KNOTS]);

impl Bend {
    fn new(strength: f32, dice: &mut Dice) -> Self {
        let mut knots = [[(0.0, 0.0); KNOTS]; KNOTS];
        knots.iter_mut().flatten().for_each(|knot| *knot = (strength * dice.normal(), strength * dice.normal()));
        Self(knots)
    }

    fn move_point(&self, (x, y): Point) -> Point {
        let place = |at: f32| {
            let at = (at * (KNOTS - 1) as f32).clamp(0.0, (KNOTS - 1) as f32 - 1e-3);
            let share = at - at.floor();
            (at as usize, share * share * (3.0 - 2.0 * share))
        };
        let ((column, u), (row, v)) = (place(x / 0.64), place(y));
        let mix = |of: fn(&Point) -> f32| {
            let between = |row: usize| of(&self.0[row][column]) * (1.0 - u) + of(&self.0[row][column + 1]) * u;
            between(row) * (1.0 - v) + between(row + 1) * v
        };
        (x + mix(|knot| knot.0), y + mix(|knot| knot.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_passes_its_points() {
        let points = [(0.0, 0.0), (1.0, 2.0), (3.0, 1.0), (0.0, 0.0)];
        for is_closed in [false, true] {
            let line = curve(&points, is_closed);
            assert_eq!(line.len(), 1 + 3 * PIECES);
            for (at, point) in points.iter().enumerate() {
                let (x, y) = line[at * PIECES];
                assert!((x - point.0).abs() < 1e-5 && (y - point.1).abs() < 1e-5, "{:?}", line[at * PIECES]);
            }
        }
        // Two points make a straight line; the spline's middle is theirs.
        assert_eq!(curve(&points[..2], false)[PIECES / 2], (0.5, 1.0));
    }
}
