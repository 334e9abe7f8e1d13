//! The digits as strokes, each in several styles.

/// A point (x, y), with y down.
pub type Point = (f32, f32);

/// A digit in one style: points `x,y` in hundredths of its height, and strokes apart by `;`. A stroke is a smooth curve
/// through its points, closed if the last is the first; a corner is where one stroke ends and the next begins.
pub type Glyph = &'static str;

/// Returns the styles of a digit, 0 to 9.
pub fn styles(digit: u8) -> &'static [Glyph] {
    STYLES[usize::from(digit)]
}

/// Returns the points of each stroke, in a box about 0.64 wide and 1 high.
pub fn strokes(glyph: Glyph) -> Vec<Vec<Point>> {
    let number = |text: &str| text.parse::<f32>().expect("a glyph is made of numbers") / 100.0;
    let point = |text: &str| text.split_once(',').map(|(x, y)| (number(x), number(y))).expect("a point is x,y");
    glyph.split(';').map(|stroke| stroke.split_whitespace().map(point).collect()).collect()
}

const STYLES: [&[Glyph]; 10] = [
    // 0: round; narrow; not quite closed
    &[
        "32,0 11,14 3,50 11,86 32,100 53,86 61,50 53,14 32,0",
        "33,0 14,17 7,52 14,88 31,100 50,83 57,48 50,12 33,0",
        "42,4 20,8 5,45 11,86 32,100 54,84 60,45 48,12 26,2",
    ],
    // 1: a line; with a flag; with flag and foot; bent
    &[
        "32,0 32,100",
        "10,27 24,15 36,0; 36,0 35,100",
        "14,20 34,0; 34,0 34,100; 16,100 52,100",
        "36,0 33,50 26,90 20,100",
    ],
    // 2: round with a straight foot; with a loop; with a wavy foot
    &[
        "6,24 14,7 33,0 53,10 55,32 36,62 4,100; 4,100 62,100",
        "8,18 28,0 52,12 50,42 26,82 9,96 7,82 24,82 42,98 62,92",
        "5,14 30,0 56,17 46,48 5,93; 5,93 24,88 42,99 62,93",
    ],
    // 3: round; with a flat top; in one sweep; with curled ends
    &[
        "7,12 30,0 53,13 50,36 26,47; 26,47 54,57 59,80 35,100 5,89",
        "7,0 56,0; 56,0 27,40; 27,40 50,48 60,70 48,94 26,100 4,88",
        "9,10 34,0 52,16 42,38 32,46 50,56 57,78 38,98 6,94",
        "16,26 12,10 32,0 52,16 44,38 24,46; 24,46 50,54 57,80 34,100 10,90 14,72",
    ],
    // 4: open; closed; round and open; nearly closed
    &[
        "14,0 4,57; 4,57 63,55; 46,22 43,100",
        "45,0 2,66; 2,66 64,66; 45,0 45,100",
        "10,3 5,32 16,50 36,49 51,38; 55,0 50,50 46,100",
        "36,3 12,30 5,50 24,54 56,47; 52,6 49,50 44,100",
    ],
    // 5: angular; in one sweep; with the roof drawn last
    &[
        "57,0 15,0; 15,0 10,44; 10,44 34,36 58,52 56,82 32,100 4,90",
        "57,2 26,3 12,24 22,42 44,50 56,72 42,96 6,94",
        "16,4 12,40 36,40 56,60 50,88 28,100 5,93; 16,4 60,1",
    ],
    // 6: with a curved stem; with a straight stem; as a curl
    &[
        "50,3 22,24 5,64 13,92 34,100 56,84 54,61 33,50 8,68",
        "44,0 10,60; 10,60 6,82 30,100 55,82 50,58 30,50 10,60",
        "34,0 13,30 7,74 26,99 50,90 50,66 30,60 13,76",
    ],
    // 7: plain; crossed; bent; with a serif
    &[
        "4,0 60,0; 60,0 22,100",
        "5,2 60,0; 60,0 24,100; 16,50 56,47",
        "5,6 30,3 58,4; 58,4 42,40 33,72 30,100",
        "6,18 8,0; 8,0 60,0; 60,0 36,50 26,100",
    ],
    // 8: two rings; in one sweep; open at the top; open at the left
    &[
        "32,0 14,8 11,27 32,46 53,27 50,8 32,0; 32,46 8,62 8,86 32,100 56,86 56,62 32,46",
        "52,14 34,0 13,12 20,36 44,56 55,80 34,100 10,84 20,58 44,36 52,14",
        "50,7 24,3 11,20 32,42 54,66 46,94 18,96 8,74 30,48 55,22",
        "20,40 14,14 34,0 53,16 44,38 26,47 52,60 56,84 34,100 10,88 12,62",
    ],
    // 9: with a straight stem; with a hook; as a curl
    &[
        "54,22 34,0 10,12 8,36 28,50 50,40 54,22; 55,6 48,100",
        "54,25 36,2 12,10 7,36 28,50 54,25; 54,25 54,66 42,94 10,95",
        "50,10 26,0 6,22 16,46 40,42 53,16 52,50 40,100",
    ],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_style_fills_its_box() {
        for (digit, styles) in STYLES.iter().enumerate() {
            for strokes in styles.iter().map(|glyph| strokes(glyph)) {
                assert!(strokes.iter().all(|stroke| stroke.len() >= 2), "a stroke of a {digit} is a point");
                let points = strokes.concat();
                assert!(points.iter().all(|(x, y)| (0.0..=0.65).contains(x) && (0.0..=1.0).contains(y)), "{digit}");
                let ys = || points.iter().map(|(_, y)| *y);
                assert!(ys().fold(1.0, f32::min) < 0.1 && ys().fold(0.0, f32::max) > 0.9, "{digit}");
            }
        }
    }

    #[test]
    fn a_glyph_is_read_stroke_by_stroke() {
        assert_eq!(strokes("10,27 36,0; 36,0 35,100"), [[(0.1, 0.27), (0.36, 0.0)], [(0.36, 0.0), (0.35, 1.0)]]);
    }
}
