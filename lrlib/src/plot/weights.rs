//! The weights as pictures.

use image::RgbImage;
use ndarray::ArrayRef1;
use plotters::prelude::*;

use super::{
    figure::Figure,
    picture::grid_above,
    scale::in_powers,
    style::{Canvas, Drawn, PALETTE, px},
    text::Text,
};
use crate::error::{Error, Result};

/// The colour bar on a page: width, height.
const BAR: (f64, f64) = (240.0, 10.0);

/// Draws the weights of each colour channel as a picture, with a colour bar: blue speaks for class 0, orange for class 1,
/// white is 0.
///
/// Shape of `weight`: (3 · height · width), in the order of [`to_tensor`](crate::transforms::to_tensor).
///
/// # Errors
/// [`Error::Plot`] if the weight has another length or a number that is not finite, or the figure cannot be drawn.
pub fn weights(weight: &ArrayRef1<f32>, height: usize, width: usize, classes: &[String; 2]) -> Result<Figure> {
    let largest = largest(weight, height, width)?;
    let channels = ["red", "green", "blue"].iter().enumerate().map(|(channel, name)| {
        let image = RgbImage::from_fn(width as u32, height as u32, |column, line| {
            let at = (channel * height + line as usize) * width + column as usize;
            diverging(weight[at] / largest)
        });
        (image, format!("{name} channel"))
    });
    let title = "Weights";
    let mut figure = grid_above(&channels.collect::<Vec<_>>(), 3, title, 32, |canvas, top| {
        bar(canvas, (canvas.dim_in_pixel().0.cast_signed() / 2, px(f64::from(top))), largest, classes)
    })?;
    let [ant, bee] = classes;
    figure.alt = format!(
        "Weights of the red, green and blue channel: blue speaks for {ant}, orange for {bee}, up to ±{largest:.1e}"
    );
    Ok(figure)
}

/// Returns the largest weight without its sign, after checking that the weights are a picture.
pub(super) fn largest(weight: &ArrayRef1<f32>, height: usize, width: usize) -> Result<f32> {
    if weight.len() != 3 * height * width || weight.is_empty() {
        let d = weight.len();
        return Err(Error::Plot(format!(
            "{d} weights do not make a picture of 3 × {height} × {width}: give its height and width"
        )));
    }
    if !weight.iter().all(|w| w.is_finite()) {
        return Err(Error::Plot("the weights must be finite numbers to be drawn".into()));
    }
    Ok(weight.fold(f32::MIN_POSITIVE, |largest, w| largest.max(w.abs())))
}

/// Draws the colour bar with its middle at x, from the height y on.
pub(super) fn bar(canvas: &Canvas<'_>, (x, y): (i32, i32), largest: f32, [ant, bee]: &[String; 2]) -> Drawn {
    let (half, height, text) = (px(BAR.0) / 2, px(BAR.1), Text::new(12.0));
    for step in -half..half {
        let color = diverging(step as f32 / half as f32).0;
        let line = [(x + step, y), (x + step, y + height)];
        canvas.draw(&PathElement::new(line, RGBColor(color[0], color[1], color[2]))).map_err(|e| e.to_string())?;
    }
    let below = y + height + px(10.0);
    text.write(canvas, "0", (x, below))?;
    let end = if largest < 1e-2 { in_powers(largest.into(), 1) } else { format!("{largest:.2}") };
    text.write(canvas, &format!("−{end}"), (x - half, below))?;
    text.write(canvas, &end, (x + half, below))?;
    text.anchor(1.0).write(canvas, ant, (x - half - px(10.0), y + height / 2))?;
    text.anchor(0.0).write(canvas, bee, (x + half + px(10.0), y + height / 2))
}

/// Returns a colour from blue at −1 over white at 0 to orange at 1.
pub(super) fn diverging(value: f32) -> image::Rgb<u8> {
    let RGBColor(r, g, b) = if value < 0.0 { PALETTE[0] } else { PALETTE[1] };
    image::Rgb([r, g, b].map(|level| (255.0 - value.abs().min(1.0) * (255.0 - f32::from(level))).round() as u8))
}
