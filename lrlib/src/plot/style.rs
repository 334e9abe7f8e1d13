//! What all figures share: colours, fonts, sizes, and the canvas.

use image::RgbImage;
use plotters::{
    coord::Shift,
    prelude::*,
    style::{
        FontStyle, register_font,
        text_anchor::{HPos, Pos, VPos},
    },
};

use super::figure::{DENSITY, Figure};
use crate::error::{Error, Result};

/// Okabe and Ito's colours, told apart by colour-blind readers too: blue, orange, green, purple, grey.
pub(super) const PALETTE: [RGBColor; 5] =
    [RGBColor(0, 114, 178), RGBColor(213, 94, 0), RGBColor(0, 158, 115), RGBColor(204, 121, 167), RGBColor(90, 90, 90)];
const FONT: &str = "sans-serif";

/// Converts pixels of a page to pixels of the drawing.
pub(super) fn px(size: u32) -> i32 {
    (DENSITY * size).cast_signed()
}

pub(super) fn font(size: u32) -> FontDesc<'static> {
    (FONT, px(size)).into_font()
}

pub(super) type Canvas<'a> = DrawingArea<BitMapBackend<'a>, Shift>;

/// Returns a white figure of this size on a page, with what `content` draws on it.
pub(super) fn draw(
    (width, height): (u32, u32),
    alt: String,
    content: impl FnOnce(&Canvas<'_>) -> std::result::Result<(), String>,
) -> Result<Figure> {
    // Registered at every figure: in a notebook each cell has a font registry of its own.
    let fonts = [(FontStyle::Normal, dejavu::sans::regular()), (FontStyle::Bold, dejavu::sans::bold())];
    for (style, bytes) in fonts {
        register_font(FONT, style, bytes).map_err(|_| Error::Plot("the embedded font is broken".into()))?;
    }
    let mut pixels = RgbImage::new(DENSITY * width, DENSITY * height);
    let size = pixels.dimensions();
    let canvas = BitMapBackend::with_buffer(&mut pixels, size).into_drawing_area();
    let drawn = canvas.fill(&WHITE).map_err(|e| e.to_string()).and_then(|()| content(&canvas));
    drawn.and_then(|()| canvas.present().map_err(|e| e.to_string())).map_err(Error::Plot)?;
    drop(canvas);
    Ok(Figure { pixels, alt })
}

pub(super) fn write_centred(
    canvas: &Canvas<'_>,
    text: &str,
    x: u32,
    y: u32,
    size: u32,
) -> std::result::Result<(), String> {
    let style = TextStyle::from(font(size)).pos(Pos::new(HPos::Center, VPos::Center));
    canvas.draw(&Text::new(text, (px(x), px(y)), style)).map_err(|e| e.to_string())
}
