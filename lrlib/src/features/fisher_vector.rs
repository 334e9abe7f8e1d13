//! How a picture's descriptors differ from those of all pictures.
//!
//! A mixture of Gaussians models the descriptors of all training pictures. The gradient of a picture's mean log-likelihood
//! with respect to the mixture's parameters says how these would have to change to model this picture better (Perronnin,
//! Sánchez and Mensink 2010; Sánchez, Perronnin, Mensink and Verbeek 2013). With γ as in [`GaussianMixture`] and weights w
//! of sum 1, each divided by the standard deviation that it would have on the mixture's own points:
//!
//! > for μₖ:  Σᵢ wᵢ·γᵢₖ·(xᵢ − μₖ)/σₖ / √πₖ        for σₖ:  Σᵢ wᵢ·γᵢₖ·((xᵢ − μₖ)²/σₖ² − 1) / √(2πₖ)

use ndarray::{Array1, Array2, ArrayRef2, Axis};
use ndarray_rand::rand::seq::index;
use rayon::prelude::*;

use super::{
    check::{check_columns, wrong_length},
    dense_descriptors::Descriptors,
    feature::stack,
    gaussian_mixture::{BLOCK, GaussianMixture},
    pca::Pca,
};
use crate::{
    datasets::rng,
    error::{Error, Result},
};

/// The settings of [`FisherVector::fit`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FisherConfig {
    /// k, the number of Gaussians.
    pub gaussians: usize,
    /// d, the number of principal components of a descriptor.
    pub components: usize,
    /// The number of descriptors of each picture that PCA and mixture are fitted on, drawn at random.
    pub samples_per_picture: usize,
    /// The same seed draws the same descriptors and first means.
    pub seed: u64,
}

/// 32 Gaussians, 64 components, 200 descriptors of each picture.
impl Default for FisherConfig {
    fn default() -> Self {
        Self { gaussians: 32, components: 64, samples_per_picture: 200, seed: 0 }
    }
}

/// A PCA and a mixture fitted on descriptors of training pictures. It turns the descriptors of a picture into a vector of
/// 2·k·d numbers.
///
/// ```no_run
/// use lrlib::{datasets::ImageFolder, features::{DenseDescriptors, FisherConfig, FisherVector}};
/// let (train, val) = (ImageFolder::new("data/insects/train")?, ImageFolder::new("data/insects/val")?);
/// let dense = DenseDescriptors::gradients();
/// let descriptors = dense.extract_all(&train)?;
/// let fisher = FisherVector::fit(&descriptors, &FisherConfig::default())?; // on training pictures alone
/// let train_x = fisher.transform(&descriptors)?;
/// let val_x = fisher.transform(&dense.extract_all(&val)?)?;
/// # Ok::<(), lrlib::Error>(())
/// ```
#[derive(Clone)]
pub struct FisherVector {
    /// Reduces each descriptor to d numbers.
    pub pca: Pca,
    /// Models the reduced descriptors.
    pub mixture: GaussianMixture,
    pictures: usize,
}

impl FisherVector {
    /// Fits PCA and mixture on descriptors drawn from each of the training pictures.
    ///
    /// # Errors
    /// [`Error::Config`] if there are no pictures, their descriptors differ in length, or there are fewer descriptors or
    /// numbers than the components or Gaussians asked for.
    pub fn fit(train: &[Descriptors], config: &FisherConfig) -> Result<Self> {
        let Some(first) = train.first() else {
            return Err(Error::Config("FisherVector needs the descriptors of at least one picture".into()));
        };
        let (length, mut numbers) = (first.x.ncols(), Vec::new());
        for (picture, Descriptors { x, .. }) in train.iter().enumerate() {
            if x.ncols() != length {
                return Err(wrong_length(x.ncols(), length, "FisherVector"));
            }
            let rng = &mut rng(config.seed, 0, picture);
            for row in index::sample(rng, x.nrows(), config.samples_per_picture.min(x.nrows())) {
                numbers.extend(x.row(row).iter().map(|&byte| f32::from(byte) / 255.0));
            }
        }
        let x = Array2::from_shape_vec((numbers.len() / length, length), numbers).expect("whole rows");
        let pca = Pca::fit(&x, config.components)?;
        let mixture = GaussianMixture::fit(&pca.transform(&x)?, config.gaussians, config.seed)?;
        Ok(Self { pca, mixture, pictures: train.len() })
    }

    /// Returns a row for each picture, computed on all cores: the gradient, with the signed square root of each number, scaled
    /// to length 1.
    ///
    /// # Errors
    /// [`Error::Config`] if there are no pictures, or their descriptors are not as long as those fitted on.
    pub fn transform(&self, pictures: &[Descriptors]) -> Result<Array2<f32>> {
        let length = self.pca.mean.len();
        if let Some(other) = pictures.iter().find(|picture| picture.x.ncols() != length) {
            return Err(wrong_length(other.x.ncols(), length, "FisherVector"));
        }
        stack(pictures.par_iter().with_max_len(1).map(|picture| self.encode(picture)).collect())
    }

    fn encode(&self, picture: &Descriptors) -> Array1<f32> {
        let (k, d) = self.mixture.means.dim();
        let mut moments = Array2::zeros((k, 2 * d + 1));
        let blocks = picture.x.axis_chunks_iter(Axis(0), BLOCK);
        for (bytes, weights) in blocks.zip(picture.weights.axis_chunks_iter(Axis(0), BLOCK)) {
            let x = self.pca.project(&bytes.mapv(|byte| f32::from(byte) / 255.0).view());
            moments += &self.mixture.moments(x.view(), &weights).0;
        }
        let rooted = gradient(&self.mixture, &moments).mapv(|g| g.signum() * g.abs().sqrt());
        let length = rooted.dot(&rooted).sqrt().max(f64::MIN_POSITIVE);
        rooted.mapv(|number| (number / length) as f32)
    }
}

/// Returns the gradient for the rows of `x`, shape (n, d), all of the same weight: k·d numbers for the means, then k·d for the
/// standard deviations. `skimage.feature.fisher_vector` has k for the weights before them.
///
/// # Errors
/// [`Error::Config`] if the rows have another length than the means, or are not finite.
pub fn fisher_vector(x: &ArrayRef2<f32>, mixture: &GaussianMixture) -> Result<Array1<f32>> {
    check_columns(x, mixture.means.ncols(), "GaussianMixture")?;
    let weights = Array1::from_elem(x.nrows(), 1.0 / x.nrows() as f32);
    Ok(gradient(mixture, &mixture.moments(x.view(), &weights).0).mapv(|number| number as f32))
}

/// Returns the gradient from the moments of the mixture.
fn gradient(mixture: &GaussianMixture, moments: &ArrayRef2<f64>) -> Array1<f64> {
    let ((k, d), center) = (mixture.means.dim(), mixture.center());
    let mut gradient = Array1::zeros(2 * k * d);
    for (j, sums) in moments.outer_iter().enumerate() {
        let (count, root) = (sums[2 * d], f64::from(mixture.weights[j]).sqrt());
        for c in 0..d {
            let mean = f64::from(mixture.means[[j, c]] - center[c]);
            let variance = f64::from(mixture.covariances[[j, c]]);
            let (first, second) = (sums[c] - mean * count, sums[d + c] - mean * (2.0 * sums[c] - mean * count));
            gradient[j * d + c] = first / (variance.sqrt() * root);
            gradient[(k + j) * d + c] = (second / variance - count) / (root * 2.0_f64.sqrt());
        }
    }
    gradient
}

/// `FisherVector(Pca(128 → 64, …), GaussianMixture(32 Gaussians …), fitted on 244 pictures)`
impl std::fmt::Debug for FisherVector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FisherVector({:?}, {:?}, fitted on {} pictures)", self.pca, self.mixture, self.pictures)
    }
}
