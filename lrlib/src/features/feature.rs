//! What every feature does: picture in, vector out.

use image::RgbImage;
use ndarray::{Array1, Array2};
use rayon::prelude::*;

use crate::{
    datasets::{Batch, ImageFolder, Sample},
    error::{Error, Result},
    transforms::{Resize, Transform as _},
};

/// A vector computed from one picture, with nothing fitted on others.
///
/// ```
/// use lrlib::{Result, features::Feature, image::RgbImage, ndarray::{Array1, array}};
///
/// struct MostRed;
///
/// impl Feature for MostRed {
///     fn extract(&self, picture: &RgbImage) -> Result<Array1<f32>> {
///         Ok(array![picture.pixels().map(|pixel| f32::from(pixel.0[0])).fold(0.0, f32::max)])
///     }
/// }
/// assert_eq!(MostRed.extract(&RgbImage::from_pixel(2, 2, [10, 20, 60].into()))?, array![10.0]);
/// # Ok::<(), lrlib::Error>(())
/// ```
pub trait Feature: Sync {
    /// Returns the vector of a picture of any size.
    ///
    /// # Errors
    /// [`Error::Config`] if a setting is wrong, or the picture is too small for the settings.
    fn extract(&self, picture: &RgbImage) -> Result<Array1<f32>>;
}

/// Returns the vector of each picture as a row, computed on all cores.
///
/// # Errors
/// That of [`ImageFolder::get`] or [`Feature::extract`] for a picture, with its path.
pub fn extract(folder: &ImageFolder, feature: &dyn Feature) -> Result<Batch> {
    let x = stack(for_each(folder, |picture| feature.extract(picture))?)?;
    let y = folder.samples().iter().map(|sample| sample.label as f32).collect();
    Ok(Batch { x, y, paths: folder.samples().iter().map(|sample| sample.path.clone()).collect() })
}

/// Returns what `compute` makes of each picture, in order.
pub(super) fn for_each<T: Send>(
    folder: &ImageFolder,
    compute: impl Fn(&RgbImage) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    let samples = folder.samples().par_iter().enumerate().with_max_len(1);
    let compute = |(index, sample): (usize, &Sample)| {
        compute(&folder.get(index)?.0).map_err(|error| Error::dataset(&sample.path, error.to_string()))
    };
    samples.map(compute).collect()
}

/// Returns the vectors as the rows of a matrix.
pub(super) fn stack(rows: Vec<Array1<f32>>) -> Result<Array2<f32>> {
    let shape = (rows.len(), rows.first().map_or(0, Array1::len));
    let numbers = rows.into_iter().flatten().collect();
    Array2::from_shape_vec(shape, numbers)
        .map_err(|_| Error::Config("the feature's vectors differ in length from picture to picture".into()))
}

/// Returns the picture with its short side scaled to `size` pixels, where a patch of `patch` pixels must fit in.
pub(super) fn scale(picture: &RgbImage, size: u32, patch: usize) -> Result<RgbImage> {
    let scaled = Resize(size).apply(picture.clone());
    let (width, height) = scaled.dimensions();
    if (width.min(height) as usize) < patch {
        let problem = format!("a picture of {width} × {height} pixels after scaling to {size}");
        return Err(Error::Config(format!("{problem} is too small for patches of {patch}: use a larger size")));
    }
    Ok(scaled)
}
