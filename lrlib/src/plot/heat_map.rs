//! What in a picture spoke for which class.

use image::RgbImage;
use ndarray::{Array1, ArrayRef1};

use super::{
    figure::Figure,
    picture::grid_above,
    style::px,
    weights::{bar, diverging, largest},
};
use crate::{
    error::{Error, Result},
    transforms::to_image,
};

/// The side of the squares whose pixels are added up: the share of a single pixel is noise.
const SQUARE: usize = 8;

/// Draws a picture, and beside it how much each part of it adds to the logit: x · w, summed over the channels and over
/// squares of 8 × 8 pixels. Blue speaks for class 0, orange for class 1. Shapes of `x` and `weight`: (3 · height · width).
///
/// # Errors
/// [`Error::Plot`] if the lengths do not fit, a number is not finite, or it cannot be drawn.
pub fn heat_map(
    x: &ArrayRef1<f32>,
    weight: &ArrayRef1<f32>,
    (height, width): (usize, usize),
    classes: &[String; 2],
) -> Result<Figure> {
    largest(weight, height, width)?;
    if x.len() != weight.len() {
        let problem = format!("{} features, but {} weights: give the row of one picture", x.len(), weight.len());
        return Err(Error::Plot(problem));
    }
    let squares = width.div_ceil(SQUARE);
    let mut shares: Array1<f32> = Array1::zeros(squares * height.div_ceil(SQUARE));
    for (at, (x, w)) in x.iter().zip(weight).enumerate() {
        let (line, column) = (at / width % height, at % width);
        shares[line / SQUARE * squares + column / SQUARE] += x * w;
    }
    let most = shares.fold(f32::MIN_POSITIVE, |most, share| most.max(share.abs()));
    if !most.is_finite() || shares.iter().any(|share| share.is_nan()) {
        return Err(Error::Plot("the features must be finite numbers to be drawn".into()));
    }
    let map = RgbImage::from_fn(width as u32, height as u32, |column, line| {
        diverging(shares[line as usize / SQUARE * squares + column as usize / SQUARE] / most)
    });
    let pictures =
        [(to_image(x, height, width), "the picture".to_owned()), (map, "what each part adds to z".to_owned())];
    let mut figure = grid_above(&pictures, 2, "Why?", 32, |canvas, top| {
        bar(canvas, (canvas.dim_in_pixel().0.cast_signed() / 2, px(f64::from(top))), most, classes)
    })?;
    figure.alt = format!("The picture, and beside it what each part adds to the logit, from −{most:.1e} to {most:.1e}");
    Ok(figure)
}
