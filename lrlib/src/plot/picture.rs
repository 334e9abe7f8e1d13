//! Pictures under a title, one or many.

use image::{Rgb, RgbImage, imageops, imageops::FilterType};

use super::{
    figure::{DENSITY, Figure},
    style::{Canvas, Drawn, draw, px},
    text::Text,
};
use crate::error::{Error, Result};

/// The longest side of a picture in a grid, and the height of the caption below it, in pixels of a page, as all sizes
/// here.
const TILE: u32 = 224;
const CAPTION: u32 = 30;
/// The longest side of a single picture, and the width of a strip.
const WIDEST: u32 = 720;
/// Between pictures.
const GAP: u32 = 10;
/// Enlarged pictures with a longer side than this are smoothed; of smaller ones the pixels should be seen.
const SMALL: u32 = 100;

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
    let mut figure = draw((total, height + CAPTION + 20), alt, |canvas| title_above(canvas, title, total))?;
    paste(&mut figure, image, ((total - width) / 2, CAPTION + 10), (width, height));
    Ok(figure)
}

/// Draws pictures in rows of `columns`, each with its caption; the long side of each takes 224 pixels.
///
/// # Errors
/// [`Error::Plot`] if there is no picture or no column, a picture has no pixels, or they cannot be drawn.
pub fn grid(pictures: &[(RgbImage, String)], columns: usize, title: &str) -> Result<Figure> {
    grid_above(pictures, columns, title, 0, |_, _| Ok(()))
}

/// The same with `footer` pixels more below, on which `draw_footer` draws from the given height on.
pub(super) fn grid_above(
    pictures: &[(RgbImage, String)],
    columns: usize,
    title: &str,
    footer: u32,
    draw_footer: impl FnOnce(&Canvas<'_>, u32) -> Drawn,
) -> Result<Figure> {
    if pictures.is_empty() || columns == 0 {
        return Err(Error::Plot("a grid needs at least one picture and one column".into()));
    }
    let sizes = pictures.iter().map(|(image, _)| fit_into(image, TILE)).collect::<Result<Vec<_>>>()?;
    let (columns, step) = (columns.min(pictures.len()), (TILE + GAP, TILE + CAPTION));
    let rows = pictures.len().div_ceil(columns) as u32;
    let corner = |at: usize| (GAP + (at % columns) as u32 * step.0, CAPTION + 10 + (at / columns) as u32 * step.1);
    let (width, height) = (columns as u32 * step.0 + GAP, rows * step.1 + CAPTION + 15);
    let mut figure = draw((width, height + footer), alt_of_many(pictures, title), |canvas| {
        title_above(canvas, title, width)?;
        pictures.iter().enumerate().try_for_each(|(at, (_, text))| {
            let (left, top) = corner(at);
            caption(canvas, text, left + TILE / 2, top + TILE)
        })?;
        draw_footer(canvas, height)
    })?;
    for (at, ((image, _), (width, height))) in pictures.iter().zip(sizes).enumerate() {
        let (left, top) = corner(at);
        paste(&mut figure, image, (left + (TILE - width) / 2, top + (TILE - height) / 2), (width, height));
    }
    Ok(figure)
}

/// Draws pictures in one row, all at the same scale, each with its caption.
///
/// # Errors
/// [`Error::Plot`] if there is no picture, one has no pixels, or they cannot be drawn.
pub fn strip(pictures: &[(RgbImage, String)], title: &str) -> Result<Figure> {
    let total: u32 = pictures.iter().map(|(image, _)| image.width()).sum();
    let gaps = GAP * (pictures.len() as u32 + 1);
    let scale = f64::from(WIDEST.saturating_sub(gaps)) / f64::from(total.max(1));
    let scaled = |(image, _): &(RgbImage, String)| {
        fit_into(image, (scale * f64::from(image.width().max(image.height()))).round().max(1.0) as u32)
    };
    let sizes = pictures.iter().map(scaled).collect::<Result<Vec<_>>>()?;
    let Some(tallest) = sizes.iter().map(|size| size.1).max() else {
        return Err(Error::Plot("a strip needs at least one picture".into()));
    };
    let lefts = |at: usize| GAP + sizes[..at].iter().map(|size| size.0 + GAP).sum::<u32>();
    let bottom = CAPTION + 10 + tallest;
    let mut figure = draw((lefts(sizes.len()), bottom + CAPTION), alt_of_many(pictures, title), |canvas| {
        title_above(canvas, title, lefts(sizes.len()))?;
        let mut captions = pictures.iter().zip(&sizes).enumerate();
        captions.try_for_each(|(at, ((_, text), size))| caption(canvas, text, lefts(at) + size.0 / 2, bottom))
    })?;
    for (at, ((image, _), &size)) in pictures.iter().zip(&sizes).enumerate() {
        paste(&mut figure, image, (lefts(at), bottom - size.1), size);
    }
    Ok(figure)
}

/// Returns a copy of the picture on which the rectangle with this corner and size is framed, and the rest is dimmed.
#[must_use]
pub fn outline(picture: &RgbImage, (left, top): (u32, u32), (width, height): (u32, u32)) -> RgbImage {
    let thick = (picture.width().max(picture.height()) / 150).max(1);
    let (right, bottom) = (left.saturating_add(width), top.saturating_add(height));
    let mut framed = picture.clone();
    for (x, y, pixel) in framed.enumerate_pixels_mut() {
        let inside = |by: u32| {
            (left.saturating_add(by)..right.saturating_sub(by)).contains(&x)
                && (top.saturating_add(by)..bottom.saturating_sub(by)).contains(&y)
        };
        if !inside(0) {
            pixel.0 = pixel.0.map(|value| value / 2);
        } else if !inside(thick) {
            *pixel = Rgb([255; 3]);
        }
    }
    framed
}

fn alt_of_many(pictures: &[(RgbImage, String)], title: &str) -> String {
    let captions: Vec<&str> = pictures.iter().map(|(_, caption)| caption.as_str()).collect();
    format!("{title}: {} pictures: {}", pictures.len(), captions.join("; "))
}

fn title_above(canvas: &Canvas<'_>, title: &str, width: u32) -> Drawn {
    Text { bold: true, ..Text::new(15.0) }.write(canvas, title, (px(f64::from(width) / 2.0), px(20.0)))
}

/// Writes a caption below what ends at `bottom`.
fn caption(canvas: &Canvas<'_>, text: &str, middle: u32, bottom: u32) -> Drawn {
    Text::new(12.5).write(canvas, text, (px(middle.into()), px(f64::from(bottom) + f64::from(CAPTION) / 2.0 - 1.0)))
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

/// Puts a picture on a figure, at a place and in a size that count in pixels of a page.
pub(super) fn paste(figure: &mut Figure, image: &RgbImage, (left, top): (u32, u32), (width, height): (u32, u32)) {
    let (width, height) = (DENSITY * width, DENSITY * height);
    let filter = match image.width().max(image.height()) {
        long if width.max(height) < long => FilterType::Triangle,
        SMALL.. => FilterType::CatmullRom,
        _ => FilterType::Nearest,
    };
    let image = imageops::resize(image, width, height, filter);
    imageops::replace(&mut figure.pixels, &image, (DENSITY * left).into(), (DENSITY * top).into());
    figure.has_pictures = true;
}
