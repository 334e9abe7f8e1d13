//! A run as an animated picture.

use image::{Rgb, RgbImage};
use ndarray::{Array1, ArrayRef1};
use png::{BitDepth, BlendOp, ColorType, Compression, Encoder, EncodingError, Filter};

use super::{
    axes::Axes,
    figure::{Figure, img},
    picture::paste,
    style::{draw, px},
    table,
    text::Text,
    weights::{bar, diverging, largest},
};
use crate::error::{Error, Result};

/// The weights are drawn as the means of blocks: this many along a side, and this large on a page.
const BLOCKS: usize = 48;
const SIDE: u32 = 224;
const HEIGHT: u32 = 340;
/// Shades of each colour: fewer take fewer bytes.
const STEPS: f32 = 24.0;
/// Hundredths of a second that a frame stays, and that the last one stays.
const DELAY: u16 = 12;
const REST: u16 = 250;

/// Pictures that are shown one after another, again and again.
///
/// As the last expression of a cell it shows itself, as animated PNG. Where that cannot move, it is the last picture.
#[derive(Clone, PartialEq)]
pub struct Animation {
    png: Vec<u8>,
    size: (u32, u32),
    alt: String,
}

impl Animation {
    /// Returns what it shows, in words.
    #[must_use]
    pub fn alt(&self) -> &str {
        &self.alt
    }

    /// Returns the bytes of the animated PNG.
    #[must_use]
    pub fn png(&self) -> &[u8] {
        &self.png
    }

    /// Shows the animation in a notebook; the kernel calls this for the last expression of a cell.
    pub fn evcxr_display(&self) {
        table::show(&img(self.size, &self.alt, "png", &self.png), &self.alt);
    }
}

/// `Animation(51 weights …)`
impl std::fmt::Debug for Animation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Animation({})", self.alt)
    }
}

/// Draws how the weights and the loss changed in a run: a frame for each of the `snapshots`, (epoch, weight), with the
/// losses up to that epoch. `losses` has the loss of every epoch. The weights' three channels are averaged.
///
/// # Errors
/// [`Error::Plot`] if there is no snapshot, a weight is no picture of `height` × `width`, a number is not finite, or it
/// cannot be drawn.
pub fn training(
    snapshots: &[(usize, Array1<f32>)],
    losses: &[f32],
    (height, width): (usize, usize),
    classes: &[String; 2],
) -> Result<Animation> {
    let points = losses.iter().enumerate().map(|(epoch, &loss)| (epoch as f32, loss)).collect();
    let axes = Axes::new("Loss", "epoch", "binary cross-entropy")
        .size(480, HEIGHT)
        .plot("train", points)
        .axhline("ln 2", std::f32::consts::LN_2);
    let mut means = Vec::new();
    for (_, weight) in snapshots {
        largest(weight, height, width)?;
        means.push(mean_blocks(weight, height, width));
    }
    // One scale for all frames, so that the weights are seen to grow.
    let most = means.iter().flatten().fold(f32::MIN_POSITIVE, |most, w| most.max(w.abs()));
    let mut frames = Vec::new();
    for ((epoch, _), blocks) in snapshots.iter().zip(&means) {
        let image = RgbImage::from_fn(BLOCKS as u32, BLOCKS as u32, |column, line| {
            diverging(((blocks[line as usize * BLOCKS + column as usize] / most) * STEPS).round() / STEPS)
        });
        let mut left = draw((SIDE + 116, HEIGHT), String::new(), |canvas| {
            let middle = canvas.dim_in_pixel().0.cast_signed() / 2;
            let title = format!("Weights after epoch {epoch}");
            Text { bold: true, ..Text::new(15.0) }.write(canvas, &title, (middle, px(20.0)))?;
            bar(canvas, (middle, px(290.0)), most, classes)
        })?;
        paste(&mut left, &image, (58, 44), (SIDE, SIDE));
        frames.push(left.beside(&axes.first(epoch + 1)?));
    }
    let alt = format!(
        "The weights and the loss in {} steps from epoch {} on: {}",
        frames.len(),
        snapshots.first().map_or(0, |s| s.0),
        axes.alt()
    );
    animated(&frames, alt)
}

/// Returns the mean of each block of a picture, over its three channels.
fn mean_blocks(weight: &ArrayRef1<f32>, height: usize, width: usize) -> Vec<f32> {
    let (mut sums, mut counts) = (vec![0.0; BLOCKS * BLOCKS], vec![0.0; BLOCKS * BLOCKS]);
    for (at, w) in weight.iter().enumerate() {
        let (line, column) = (at / width % height, at % width);
        let block = line * BLOCKS / height * BLOCKS + column * BLOCKS / width;
        sums[block] += w;
        counts[block] += 1.0_f32;
    }
    sums.into_iter().zip(counts).map(|(sum, count)| sum / count.max(1.0)).collect()
}

/// Returns the frames one after another, and before them the last one, for viewers that show only one picture. After the
/// first frame, pixels that stay as they are are transparent: that takes a third of the bytes.
fn animated(frames: &[Figure], alt: String) -> Result<Animation> {
    let Some(last) = frames.last() else { return Err(Error::Plot("an animation needs at least one snapshot".into())) };
    let size = last.size();
    let mut png = Vec::new();
    let write = |png: &mut Vec<u8>| -> std::result::Result<(), EncodingError> {
        let mut encoder = Encoder::new(png, size.0, size.1);
        encoder.set_color(ColorType::Rgba);
        encoder.set_depth(BitDepth::Eight);
        encoder.set_compression(Compression::Balanced);
        encoder.set_filter(Filter::Up);
        encoder.set_animated(frames.len() as u32, 0)?;
        encoder.set_sep_def_img(true)?;
        encoder.set_blend_op(BlendOp::Over)?;
        encoder.set_frame_delay(DELAY, 100)?;
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&changes(None, last))?;
        for (number, frame) in frames.iter().enumerate() {
            if number + 1 == frames.len() {
                writer.set_frame_delay(REST, 100)?;
            }
            writer.write_image_data(&changes(number.checked_sub(1).map(|before| &frames[before]), frame))?;
        }
        writer.finish()
    };
    write(&mut png).map_err(|error| Error::Plot(format!("cannot encode the animation: {error}")))?;
    Ok(Animation { png, size, alt })
}

/// Returns the pixels as red, green, blue and opacity; those that are the same as before are transparent.
fn changes(before: Option<&Figure>, frame: &Figure) -> Vec<u8> {
    let mut before = before.into_iter().flat_map(|figure| figure.pixels.pixels());
    let change = |&Rgb([r, g, b])| if before.next() == Some(&Rgb([r, g, b])) { [0; 4] } else { [r, g, b, 255] };
    frame.pixels.pixels().flat_map(change).collect()
}
