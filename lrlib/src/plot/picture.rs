//! Pictures under a title, one or many.

use image::{RgbImage, imageops};

use super::{
    figure::{DENSITY, Figure},
    style::{draw, px, write_centred},
};
use crate::error::{Error, Result};

/// The side of one picture in a grid, and the height of the caption below it, in pixels of a page, as all sizes here.
const TILE: u32 = 224;
const CAPTION: u32 = 30;

/// One picture under a title, in its own size (small ones are enlarged to 224 pixels).
///
/// # Errors
/// [`Error::Plot`] if it cannot be drawn.
pub fn image(image: &RgbImage, title: &str) -> Result<Figure> {
    let scale = TILE.div_ceil(image.width().max(image.height()).max(1));
    let (width, height) = (image.width() * scale, image.height() * scale);
    let alt = format!("{title}: a picture of {} × {} pixels", image.width(), image.height());
    let total = width.max(2 * TILE) + 20;
    let mut figure = draw((total, height + CAPTION + 20), alt, |canvas| {
        write_centred(canvas, title, total / 2, CAPTION / 2 + 5, 18)
    })?;
    paste(&mut figure, image, ((total - width) / 2, CAPTION + 10), (width, height));
    Ok(figure)
}

/// Pictures in rows of `columns`, each with its caption.
///
/// # Errors
/// [`Error::Plot`] if there is no picture or no column, or it cannot be drawn.
pub fn grid(pictures: &[(RgbImage, String)], columns: usize, title: &str) -> Result<Figure> {
    if pictures.is_empty() || columns == 0 {
        return Err(Error::Plot("a grid needs at least one picture and one column".into()));
    }
    let (columns, step) = (columns.min(pictures.len()), (TILE + 10, TILE + CAPTION));
    let rows = pictures.len().div_ceil(columns) as u32;
    let captions: Vec<&str> = pictures.iter().map(|(_, caption)| caption.as_str()).collect();
    let alt = format!("{title}: {} pictures: {}", pictures.len(), captions.join("; "));
    let corner = |at: usize| (10 + (at % columns) as u32 * step.0, CAPTION + 10 + (at / columns) as u32 * step.1);
    let size = (columns as u32 * step.0 + 10, rows * step.1 + CAPTION + 15);
    let mut figure = draw(size, alt, |canvas| {
        write_centred(canvas, title, size.0 / 2, CAPTION / 2 + 5, 18)?;
        pictures.iter().enumerate().try_for_each(|(at, (_, caption))| {
            let (left, top) = corner(at);
            write_centred(canvas, caption, left + TILE / 2, top + TILE + CAPTION / 2, 14)
        })
    })?;
    for (at, (image, _)) in pictures.iter().enumerate() {
        paste(&mut figure, image, corner(at), (TILE, TILE));
    }
    Ok(figure)
}

fn paste(figure: &mut Figure, image: &RgbImage, (left, top): (u32, u32), (width, height): (u32, u32)) {
    // Nearest neighbours keep enlarged pixels square, which is what they are.
    let image = imageops::resize(image, DENSITY * width, DENSITY * height, imageops::FilterType::Nearest);
    imageops::replace(&mut figure.pixels, &image, px(left).into(), px(top).into());
}
