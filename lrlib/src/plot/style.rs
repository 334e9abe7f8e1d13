//! What all figures share: colours, sizes, and the canvas.

use image::RgbImage;
use plotters::{coord::Shift, prelude::*};

use super::figure::{DENSITY, Figure};
use crate::error::{Error, Result};

/// Okabe and Ito's colours, told apart by colour-blind readers too: blue, orange, green, purple.
pub(super) const PALETTE: [RGBColor; 4] =
    [RGBColor(0, 114, 178), RGBColor(213, 94, 0), RGBColor(0, 158, 115), RGBColor(204, 121, 167)];
pub(super) const GREY: RGBColor = RGBColor(110, 110, 110);
pub(super) const GRID: RGBColor = RGBColor(230, 230, 230);
/// The drawing is this many times as large as the figure, and then shrunk: plotters draws at whole pixels.
const OVERSAMPLING: u32 = 2;

/// Converts pixels of a page to pixels of the drawing.
pub(super) fn px(size: f64) -> i32 {
    (f64::from(OVERSAMPLING * DENSITY) * size).round() as i32
}

pub(super) type Canvas<'a> = DrawingArea<BitMapBackend<'a>, Shift>;
/// What plotters says that went wrong, as text.
pub(super) type Drawn = std::result::Result<(), String>;

/// Returns a white figure of this size on a page, with what `content` draws on it.
pub(super) fn draw(
    (width, height): (u32, u32),
    alt: String,
    content: impl FnOnce(&Canvas<'_>) -> Drawn,
) -> Result<Figure> {
    let size = (OVERSAMPLING * DENSITY * width, OVERSAMPLING * DENSITY * height);
    let mut pixels = RgbImage::new(size.0, size.1);
    let canvas = BitMapBackend::with_buffer(&mut pixels, size).into_drawing_area();
    let drawn = canvas.fill(&WHITE).map_err(|e| e.to_string()).and_then(|()| content(&canvas));
    drawn.and_then(|()| canvas.present().map_err(|e| e.to_string())).map_err(Error::Plot)?;
    drop(canvas);
    Ok(Figure { pixels: halved(&pixels), alt, has_pictures: false })
}

/// Returns the means of two times two pixels. image's `thumbnail` gives the same in six times the time.
fn halved(pixels: &RgbImage) -> RgbImage {
    let width = 3 * pixels.width() as usize;
    let mut half = Vec::with_capacity(pixels.len() / 4);
    for rows in pixels.chunks_exact(2 * width) {
        let (above, below) = rows.split_at(width);
        for (above, below) in above.chunks_exact(6).zip(below.chunks_exact(6)) {
            let mean =
                |c: usize| [above[c], above[c + 3], below[c], below[c + 3]].map(u16::from).iter().sum::<u16>() / 4;
            half.extend([mean(0) as u8, mean(1) as u8, mean(2) as u8]);
        }
    }
    RgbImage::from_raw(pixels.width() / 2, pixels.height() / 2, half).expect("a quarter of the pixels")
}

/// Draws a stroke with round ends and joints through these points of the canvas, `width` pixels of a page wide.
pub(super) fn stroke(canvas: &Canvas<'_>, points: &[(i32, i32)], color: RGBColor, width: f64) -> Drawn {
    let wide = px(width).cast_unsigned();
    for ends in points.windows(2) {
        canvas.draw(&PathElement::new(ends, color.stroke_width(wide))).map_err(|e| e.to_string())?;
    }
    for &point in points {
        canvas.draw(&Circle::new(point, wide / 2, color.filled())).map_err(|e| e.to_string())?;
    }
    Ok(())
}

/// Draws a thin straight line, dashed.
pub(super) fn dashes(canvas: &Canvas<'_>, (x0, y0): (i32, i32), (x1, y1): (i32, i32), color: RGBColor) -> Drawn {
    let count = (f64::from((x1 - x0).abs().max((y1 - y0).abs())) / f64::from(px(9.0))).ceil();
    let at = |part: f64| {
        let between = |from: i32, to: i32| from + (f64::from(to - from) * part.min(1.0)).round() as i32;
        (between(x0, x1), between(y0, y1))
    };
    (0..count as u32)
        .map(f64::from)
        .try_for_each(|dash| stroke(canvas, &[at(dash / count), at((dash + 0.55) / count)], color, 1.25))
}
