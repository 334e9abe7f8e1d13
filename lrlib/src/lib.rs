//! Logistic regression from scratch: bees against ants, every gradient by hand.

#![doc = include_str!("../../README.md")]

mod batch;
mod dataset;
mod error;
mod file;
mod linear;
mod loss;
mod metrics;
mod model;
mod safetensors;
mod train;
mod transforms;

pub use batch::Batch;
pub use dataset::{IMG_EXTENSIONS, ImageFolder, Sample};
pub use error::{Error, Result};
pub use loss::{binary_cross_entropy, binary_cross_entropy_with_logits};
pub use metrics::{accuracy, confidence_interval, majority_baseline};
pub use model::{Gradients, LogisticRegression, sigmoid};
pub use train::{Epoch, History, TrainConfig, fit};
pub use transforms::{CenterCrop, Compose, Normalize, Resize, Transform, to_image, to_tensor};
