//! A picture that a notebook shows: pixels, and words for those who cannot see them.

use std::{fmt, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use image::{
    RgbImage,
    codecs::png::{CompressionType, FilterType, PngEncoder},
};

use crate::{Error, Result, file};

/// A finished drawing on an opaque ground.
///
/// As the last expression of a cell it shows itself: as PNG, with [`alt`](Self::alt) as its text.
#[derive(Clone, PartialEq)]
pub struct Figure {
    pub(crate) pixels: RgbImage,
    pub(crate) alt: String,
}

impl Figure {
    /// What the picture shows, in words.
    #[must_use]
    pub fn alt(&self) -> &str {
        &self.alt
    }

    /// Width and height in pixels.
    #[must_use]
    pub fn size(&self) -> (u32, u32) {
        self.pixels.dimensions()
    }

    /// Writes the figure as PNG.
    ///
    /// # Errors
    /// [`Error::Io`]; an older file at `path` is then still whole.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        file::write(path.as_ref(), &self.png()?)
    }

    fn png(&self) -> Result<Vec<u8>> {
        let mut png = Vec::new();
        let encoder = PngEncoder::new_with_quality(&mut png, CompressionType::Best, FilterType::Adaptive);
        let written = self.pixels.write_with_encoder(encoder);
        written.map_err(|error| Error::Plot(format!("cannot encode the figure as PNG: {error}")))?;
        Ok(png)
    }

    /// Shows the figure in a notebook; the kernel calls this for the last expression of a cell.
    pub fn evcxr_display(&self) {
        let block = |mime: &str, content: &str| println!("EVCXR_BEGIN_CONTENT {mime}\n{content}\nEVCXR_END_CONTENT");
        match self.png() {
            Ok(png) => block("image/png", &STANDARD.encode(png)),
            Err(error) => eprintln!("{error}"),
        }
        block("text/plain", &self.alt);
    }
}

/// `Figure(900 × 360: loss falls …)`
impl fmt::Debug for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (width, height) = self.size();
        write!(f, "Figure({width} × {height}: {})", self.alt)
    }
}
