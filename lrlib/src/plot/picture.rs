//! Pictures under a title, one or many.

use image::{RgbImage, imageops, imageops::FilterType};

use super::{
    figure::{DENSITY, Figure},
    style::{draw, px, write_centred},
};
use crate::error::{Error, Result};

/// The longest side of a picture in a grid, and the height of the caption below it, in pixels of a page, as all sizes
/// here.
const TILE: u32 = 224;
const CAPTION: u32 = 30;
/// The longest side of a single picture.
const WIDEST: u32 = 720;

/// Draws one picture under a title, in its own size: a small one is enlarged by a whole factor, up to 224 pixels, a large
/// one is shrunk to 720 pixels.
///
/// # Errors
/// [`Error::Plot`] if the picture has no pixels, or cannot be drawn.
pub fn image(image: &RgbImage, title: &str) -> Result<Figure> {
    let long = image.width().max(image.height());
    let factor = (TILE / long.max(1)).max(1);
    let (width, height) = fit_into(image, (factor * long).min(WIDEST))?;
    let shown = if long > WIDEST { format!(", shown at {width} × {height}") } else { String::new() };
    let alt = format!("{title}: a picture of {} × {} pixels{shown}", image.width(), image.height());
    let total = width.max(2 * TILE) + 20;
    let mut figure = draw((total, height + CAPTION + 20), alt, |canvas| {
        write_centred(canvas, title, total / 2, CAPTION / 2 + 5, 18)
    })?;
    paste(&mut figure, image, ((total - width) / 2, CAPTION + 10), (width, height));
    Ok(figure)
}

/// Draws pictures in rows of `columns`, each with its caption; the long side of each takes 224 pixels.
///
/// # Errors
/// [`Error::Plot`] if there is no picture or no column, a picture has no pixels, or they cannot be drawn.
pub fn grid(pictures: &[(RgbImage, String)], columns: usize, title: &str) -> Result<Figure> {
    if pictures.is_empty() || columns == 0 {
        return Err(Error::Plot("a grid needs at least one picture and one column".into()));
    }
    let sizes = pictures.iter().map(|(image, _)| fit_into(image, TILE)).collect::<Result<Vec<_>>>()?;
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
    for (at, ((image, _), (width, height))) in pictures.iter().zip(sizes).enumerate() {
        let (left, top) = corner(at);
        paste(&mut figure, image, (left + (TILE - width) / 2, top + (TILE - height) / 2), (width, height));
    }
    Ok(figure)
}

/// Returns width and height of a picture whose long side is scaled to `side`; the aspect is kept.
fn fit_into(image: &RgbImage, side: u32) -> Result<(u32, u32)> {
    let (width, height) = image.dimensions();
    if width == 0 || height == 0 {
        return Err(Error::Plot(format!("a picture of {width} × {height} pixels cannot be drawn")));
    }
    let long = f64::from(width.max(height));
    let scaled = |length: u32| (f64::from(length) * f64::from(side) / long).round().max(1.0) as u32;
    Ok((scaled(width), scaled(height)))
}

fn paste(figure: &mut Figure, image: &RgbImage, (left, top): (u32, u32), (width, height): (u32, u32)) {
    let (width, height) = (DENSITY * width, DENSITY * height);
    // Nearest neighbours keep enlarged pixels square, which is what they are.
    let filter = if width < image.width() { FilterType::Triangle } else { FilterType::Nearest };
    let image = imageops::resize(image, width, height, filter);
    imageops::replace(&mut figure.pixels, &image, px(left).into(), px(top).into());
}
