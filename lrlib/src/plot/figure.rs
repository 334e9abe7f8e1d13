//! A picture that a notebook shows: pixels, and words for readers who cannot see them.

use std::{fmt, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use image::{
    ImageResult, Rgb, RgbImage,
    codecs::{
        jpeg::JpegEncoder,
        png::{CompressionType, FilterType, PngEncoder},
    },
    imageops,
};

use super::table;
use crate::{
    error::{Error, Result},
    files::write::write,
};

/// Pixels per pixel of a page, along each side: screens of high density show them all.
pub(crate) const DENSITY: u32 = 2;
/// Of 100. At 90 the letters beside a picture have no visible fringes.
const JPEG_QUALITY: u8 = 90;

/// A finished drawing on an opaque background.
///
/// As the last expression of a cell it shows itself, at half the width and height of its pixels, so that it is sharp on a
/// high-density screen too; with [`alt`](Self::alt) as its alternative text. Figures with photographs are shown as JPEG,
/// which takes a quarter of the bytes, the others as PNG.
#[derive(Clone, PartialEq)]
pub struct Figure {
    pub(crate) pixels: RgbImage,
    pub(crate) alt: String,
    pub(crate) has_pictures: bool,
}

impl Figure {
    /// Returns what the picture shows, in words.
    #[must_use]
    pub fn alt(&self) -> &str {
        &self.alt
    }

    /// Returns width and height in pixels, as [`save`](Self::save) writes them: twice what the figure takes on a page.
    #[must_use]
    pub fn size(&self) -> (u32, u32) {
        self.pixels.dimensions()
    }

    /// Writes the figure: as JPEG if the name ends with `.jpg`, otherwise as PNG.
    ///
    /// # Errors
    /// [`Error::Io`]; an older file at `path` is then still whole.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let is_jpeg = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("jpg"));
        write(path, &if is_jpeg { self.jpeg()? } else { self.png()? })
    }

    /// Returns a figure with this one on the left and `right` on the right.
    #[must_use]
    pub fn beside(&self, right: &Self) -> Self {
        let ((left_width, left_height), (width, height)) = (self.size(), right.size());
        let size = (left_width + width, left_height.max(height));
        self.joined(right, size, (left_width, 0))
    }

    /// Returns a figure with this one above and `below` below.
    #[must_use]
    pub fn above(&self, below: &Self) -> Self {
        let ((top_width, top_height), (width, height)) = (self.size(), below.size());
        self.joined(below, (top_width.max(width), top_height + height), (0, top_height))
    }

    fn joined(&self, other: &Self, (width, height): (u32, u32), (left, top): (u32, u32)) -> Self {
        let mut pixels = RgbImage::from_pixel(width, height, Rgb([255; 3]));
        // What is narrower than the figure is in its middle.
        let middle = |figure: &Self| if left == 0 { (width - figure.size().0) / 2 } else { 0 };
        imageops::replace(&mut pixels, &self.pixels, middle(self).into(), 0);
        imageops::replace(&mut pixels, &other.pixels, (left + middle(other)).into(), top.into());
        let has_pictures = self.has_pictures || other.has_pictures;
        Self { pixels, alt: format!("{}. {}", self.alt, other.alt), has_pictures }
    }

    fn png(&self) -> Result<Vec<u8>> {
        // At the best level a photograph takes ten times as long, for 3 % fewer bytes.
        let level = CompressionType::Level(3);
        encoded("PNG", |to| {
            self.pixels.write_with_encoder(PngEncoder::new_with_quality(to, level, FilterType::Adaptive))
        })
    }

    fn jpeg(&self) -> Result<Vec<u8>> {
        encoded("JPEG", |to| self.pixels.write_with_encoder(JpegEncoder::new_with_quality(to, JPEG_QUALITY)))
    }

    /// Shows the figure in a notebook; the kernel calls this for the last expression of a cell.
    pub fn evcxr_display(&self) {
        match self.html() {
            Ok(html) => table::show(&html, &self.alt),
            Err(error) => eprintln!("{error}"),
        }
    }

    fn html(&self) -> Result<String> {
        let (kind, bytes) = if self.has_pictures { ("jpeg", self.jpeg()?) } else { ("png", self.png()?) };
        Ok(img(self.size(), &self.alt, kind, &bytes))
    }
}

fn encoded(format: &str, write: impl FnOnce(&mut Vec<u8>) -> ImageResult<()>) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    write(&mut bytes).map_err(|error| Error::Plot(format!("cannot encode the figure as {format}: {error}")))?;
    Ok(bytes)
}

/// An encoded picture of `size` pixels as an `<img>`: JupyterLab shows a bare `image/png` without any alternative text.
pub(super) fn img((width, height): (u32, u32), alt: &str, kind: &str, bytes: &[u8]) -> String {
    let (width, height, alt) = (width / DENSITY, height / DENSITY, table::escape(alt));
    let data = STANDARD.encode(bytes);
    format!(r#"<img width="{width}" height="{height}" alt="{alt}" src="data:image/{kind};base64,{data}">"#)
}

/// `Figure(1920 × 800: loss falls …)`
impl fmt::Debug for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (width, height) = self.size();
        write!(f, "Figure({width} × {height}: {})", self.alt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_figure_are_its_alternative_text() {
        let alt = r#"a < b & "c""#.to_owned();
        let html = Figure { pixels: RgbImage::new(4, 2), alt, has_pictures: false }.html().unwrap();
        let start =
            r#"<img width="2" height="1" alt="a &lt; b &amp; &quot;c&quot;" src="data:image/png;base64,iVBORw0"#;
        assert!(html.starts_with(start) && html.ends_with("\">"), "{html}");
    }
}
