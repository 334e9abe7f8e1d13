//! What every feature does: picture in, vector out.

use image::RgbImage;
use ndarray::{Array1, Array2};
use rayon::prelude::*;

use crate::{
    datasets::{Batch, ImageFolder},
    error::{Error, Result},
    transforms::{Resize, Transform as _},
};

/// A vector computed from one picture, with nothing fitted on others.
///
/// ```
/// use lrlib::{Result, features::{ColorHistogram, Feature}, image::RgbImage, ndarray::{Array1, array}};
///
/// struct Brightness;
///
/// impl Feature for Brightness {
///     fn extract(&self, picture: &RgbImage) -> Result<Array1<f32>> {
///         let bytes = picture.as_raw();
///         Ok(array![bytes.iter().map(|&byte| f32::from(byte)).sum::<f32>() / bytes.len() as f32])
///     }
/// }
/// assert_eq!(Brightness.extract(&RgbImage::from_pixel(2, 2, [10, 20, 60].into()))?, array![30.0]);
/// # Ok::<(), lrlib::Error>(())
/// ```
pub trait Feature: Sync {
    /// Returns the vector of a picture of any size.
    ///
    /// # Errors
    /// [`Error::Config`] if the feature's settings are wrong, or the picture is too small for them.
    fn extract(&self, picture: &RgbImage) -> Result<Array1<f32>>;
}

/// Returns the vector of each picture as a row, computed on all cores.
///
/// # Errors
/// That of [`ImageFolder::get`] or [`Feature::extract`] for a picture, with its path.
pub fn extract(folder: &ImageFolder, feature: &dyn Feature) -> Result<Batch> {
    let rows = for_each(folder, |picture| feature.extract(picture))?;
    let x = stack(rows)?;
    let y = folder.samples().iter().map(|sample| sample.label as f32).collect();
    Ok(Batch { x, y, paths: folder.samples().iter().map(|sample| sample.path.clone()).collect() })
}

/// Returns what `compute` makes of each picture, in order.
pub(super) fn for_each<T: Send>(
    folder: &ImageFolder,
    compute: impl Fn(&RgbImage) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    let results = (0..folder.len()).into_par_iter().with_max_len(1).map(|index| {
        let with_path = |error: Error| Error::dataset(&folder.samples()[index].path, error.to_string());
        compute(&folder.get(index)?.0).map_err(with_path)
    });
    results.collect()
}

/// Returns the vectors as the rows of a matrix.
pub(super) fn stack(rows: Vec<Array1<f32>>) -> Result<Array2<f32>> {
    let shape = (rows.len(), rows.first().map_or(0, Array1::len));
    let numbers = rows.into_iter().flatten().collect();
    Array2::from_shape_vec(shape, numbers)
        .map_err(|_| Error::Config("the feature's vectors differ in length from picture to picture".into()))
}

/// Returns the picture with its short side scaled to `size`, which must be at least `least` pixels.
pub(super) fn scale(picture: &RgbImage, size: u32, least: usize, name: &str) -> Result<RgbImage> {
    let scaled = Resize(size).apply(picture.clone());
    let (width, height) = scaled.dimensions();
    if (width.min(height) as usize) < least {
        return Err(Error::Config(format!(
            "the picture has {width} × {height} pixels at size {size}, but {name} needs at least {least} on each side"
        )));
    }
    Ok(scaled)
}
