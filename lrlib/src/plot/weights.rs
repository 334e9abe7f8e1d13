//! The weights as pictures.

use image::RgbImage;
use ndarray::ArrayRef1;
use plotters::style::RGBColor;

use super::{figure::Figure, picture::grid, style::PALETTE};
use crate::error::{Error, Result};

/// Draws the weights of each colour channel as a picture: blue speaks for class 0, orange for class 1, white is 0.
///
/// Shape of `weight`: (3 · height · width), in the order of [`to_tensor`](crate::transforms::to_tensor).
///
/// # Errors
/// [`Error::Plot`] if the weight has another length or a number that is not finite, or the figure cannot be drawn.
pub fn weights(weight: &ArrayRef1<f32>, height: usize, width: usize, classes: &[String; 2]) -> Result<Figure> {
    let size = height * width;
    if weight.len() != 3 * size || size == 0 {
        let d = weight.len();
        return Err(Error::Plot(format!(
            "{d} weights do not make a picture of 3 × {height} × {width}: give its height and width"
        )));
    }
    if !weight.iter().all(|w| w.is_finite()) {
        return Err(Error::Plot("the weights must be finite numbers to be drawn".into()));
    }
    let largest = weight.fold(0.0_f32, |largest, w| largest.max(w.abs()));
    let channels = ["red", "green", "blue"].iter().enumerate().map(|(channel, name)| {
        let image = RgbImage::from_fn(width as u32, height as u32, |column, line| {
            let at = channel * size + line as usize * width + column as usize;
            diverging(weight[at] / largest.max(f32::MIN_POSITIVE))
        });
        (image, format!("{name} channel"))
    });
    let title = format!("Weights: blue speaks for {}, orange for {} (largest: {largest:.1e})", classes[0], classes[1]);
    grid(&channels.collect::<Vec<_>>(), 3, &title)
}

/// Returns a colour from blue at −1 over white at 0 to orange at 1.
fn diverging(value: f32) -> image::Rgb<u8> {
    let RGBColor(r, g, b) = if value < 0.0 { PALETTE[0] } else { PALETTE[1] };
    image::Rgb([r, g, b].map(|level| (255.0 - value.abs().min(1.0) * (255.0 - f32::from(level))).round() as u8))
}
