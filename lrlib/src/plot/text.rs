//! Text on a canvas, in `DejaVu` Sans.
//!
//! plotters places each letter at a whole pixel and leaves out the space that the font wants before it, so a word falls
//! apart. Here each letter stands where the font says.

use ab_glyph::{Font as _, FontRef, GlyphId, PxScale, PxScaleFont, ScaleFont as _, point};
use plotters::style::{BLACK, Color as _, RGBColor};

use super::style::{Canvas, Drawn, px};

/// How a text looks. Its position is that of its left end, its middle or its right end: `anchor` 0, 0.5 or 1.
#[derive(Clone, Copy)]
pub(super) struct Text {
    /// Height of the font, in pixels of a page.
    pub(super) size: f64,
    pub(super) bold: bool,
    pub(super) color: RGBColor,
    pub(super) anchor: f32,
    /// Whether it is written from bottom to top.
    pub(super) upright: bool,
}

impl Text {
    /// Returns black text of this size around its position.
    pub(super) fn new(size: f64) -> Self {
        Self { size, bold: false, color: BLACK, anchor: 0.5, upright: false }
    }

    pub(super) fn color(self, color: RGBColor) -> Self {
        Self { color, ..self }
    }

    pub(super) fn anchor(self, anchor: f32) -> Self {
        Self { anchor, ..self }
    }

    /// Writes `text` at a point of the canvas; the letters' middle is at its height.
    pub(super) fn write(self, canvas: &Canvas<'_>, text: &str, (x, y): (i32, i32)) -> Drawn {
        let font = self.font()?;
        let scaled = font.as_scaled(self.scale(&font));
        let (letters, width) = place(&scaled, text);
        // Half the height of a capital above the middle, half below.
        let baseline = 0.365 * f64::from(px(self.size));
        for (letter, left) in letters {
            let glyph =
                letter.with_scale_and_position(scaled.scale(), point(left - self.anchor * width, baseline as f32));
            let Some(outline) = font.outline_glyph(glyph) else { continue };
            let (bounds, mut drawn) = (outline.px_bounds().min, Ok(()));
            outline.draw(|column, line, coverage| {
                let (along, across) = (bounds.x as i32 + column.cast_signed(), bounds.y as i32 + line.cast_signed());
                let at = if self.upright { (x + across, y - along) } else { (x + along, y + across) };
                let color = self.color.mix(f64::from(coverage.min(1.0)));
                if let Err(error) = canvas.draw_pixel(at, &color) {
                    drawn = Err(error.to_string());
                }
            });
            drawn?;
        }
        Ok(())
    }

    /// Returns the length of `text` on the canvas.
    pub(super) fn width(self, text: &str) -> i32 {
        self.font().map_or(0, |font| place(&font.as_scaled(self.scale(&font)), text).1.ceil() as i32)
    }

    fn font(self) -> Result<FontRef<'static>, String> {
        let bytes = if self.bold { dejavu::sans::bold() } else { dejavu::sans::regular() };
        FontRef::try_from_slice(bytes).map_err(|_| "the embedded font is broken".to_owned())
    }

    fn scale(self, font: &FontRef<'_>) -> PxScale {
        let units = font.units_per_em().unwrap_or(1.0);
        PxScale::from(px(self.size) as f32 * font.height_unscaled() / units)
    }
}

/// Returns each letter with the position of its left end, and the length of all.
fn place(font: &PxScaleFont<&FontRef<'_>>, text: &str) -> (Vec<(GlyphId, f32)>, f32) {
    let (mut letters, mut end, mut before) = (Vec::new(), 0.0, None);
    for letter in text.chars().map(|letter| font.glyph_id(letter)) {
        end += before.map_or(0.0, |before| font.kern(before, letter));
        letters.push((letter, end));
        end += font.h_advance(letter);
        before = Some(letter);
    }
    (letters, end)
}
