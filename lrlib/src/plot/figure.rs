//! A picture that a notebook shows: pixels, and words for readers who cannot see them.

use std::{fmt, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use image::{
    RgbImage,
    codecs::png::{CompressionType, FilterType, PngEncoder},
};

use super::table;
use crate::{
    error::{Error, Result},
    files::write::write,
};

/// Pixels per pixel of a page, along each side: screens of high density show them all.
pub(crate) const DENSITY: u32 = 2;

/// A finished drawing on an opaque background.
///
/// As the last expression of a cell it shows itself: as PNG, at half the width and height of its pixels, so that it is
/// sharp on a high-density screen too; with [`alt`](Self::alt) as its alternative text.
#[derive(Clone, PartialEq)]
pub struct Figure {
    pub(crate) pixels: RgbImage,
    pub(crate) alt: String,
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

    /// Writes the figure as PNG.
    ///
    /// # Errors
    /// [`Error::Io`]; an older file at `path` is then still whole.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        write(path.as_ref(), &self.png()?)
    }

    fn png(&self) -> Result<Vec<u8>> {
        let mut png = Vec::new();
        // At the best level a photograph takes ten times as long, for 3 % fewer bytes.
        let encoder = PngEncoder::new_with_quality(&mut png, CompressionType::Level(3), FilterType::Adaptive);
        let written = self.pixels.write_with_encoder(encoder);
        written.map_err(|error| Error::Plot(format!("cannot encode the figure as PNG: {error}")))?;
        Ok(png)
    }

    /// Shows the figure in a notebook; the kernel calls this for the last expression of a cell.
    pub fn evcxr_display(&self) {
        match self.html() {
            Ok(html) => table::show(&html, &self.alt),
            Err(error) => eprintln!("{error}"),
        }
    }

    /// The PNG as an `<img>`: JupyterLab shows a bare `image/png` without any alternative text.
    fn html(&self) -> Result<String> {
        let (png, alt) = (STANDARD.encode(self.png()?), table::escape(&self.alt));
        let (width, height) = (self.pixels.width() / DENSITY, self.pixels.height() / DENSITY);
        Ok(format!(r#"<img width="{width}" height="{height}" alt="{alt}" src="data:image/png;base64,{png}">"#))
    }
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
        let html = Figure { pixels: RgbImage::new(4, 2), alt }.html().unwrap();
        let start =
            r#"<img width="2" height="1" alt="a &lt; b &amp; &quot;c&quot;" src="data:image/png;base64,iVBORw0"#;
        assert!(html.starts_with(start) && html.ends_with("\">"), "{html}");
    }
}
