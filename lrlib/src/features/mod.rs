//! From a picture to a vector that says more than its pixels: `skimage.feature`, and the parts of scikit-learn that are
//! fitted on vectors.
//!
//! ```text
//! picture ─ColorHistogram, LocalBinaryPattern─► vector
//! picture ─DenseDescriptors─► Descriptors ─FisherVector { Pca, GaussianMixture }─► vector
//! vectors ─Standardize, Union─► x (n, d)
//! ```
//!
//! What is fitted ([`Pca`], [`GaussianMixture`], [`FisherVector`], [`Standardize`]) is fitted on training pictures alone,
//! and its `Debug` says on how many rows. The parts of this module in reading order: those that look at one picture, then
//! those that are fitted on many.

mod check;
mod pooling;
mod feature;
mod lab;
mod color_histogram;
mod local_binary_pattern;
mod planes;
mod dense_descriptors;
mod eigen;
mod softmax;
mod pca;
mod gaussian_mixture;
mod fisher_vector;
mod standardize;
mod union;

pub use color_histogram::ColorHistogram;
pub use dense_descriptors::{DenseDescriptors, Descriptors};
pub use feature::{Feature, extract};
pub use fisher_vector::{FisherConfig, FisherVector, fisher_vector};
pub use gaussian_mixture::GaussianMixture;
pub use lab::rgb2lab;
pub use local_binary_pattern::LocalBinaryPattern;
pub use pca::Pca;
pub use planes::DescriptorKind;
pub use pooling::{Pooling, Region};
pub use standardize::Standardize;
pub use union::Union;
