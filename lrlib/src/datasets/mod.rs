//! From files to batches: `torchvision.datasets` and `torch.utils.data`.
//!
//! Reading and mathematics meet only at [`Batch`].

mod data_folder;
mod rng;
mod batch;
pub(crate) mod fingerprint;
mod image_folder;
mod mnist;
mod data_loader;

pub use crate::files::find::IMG_EXTENSIONS;
pub use batch::Batch;
pub use data_folder::{data_folder, mnist_folder};
pub use data_loader::{Batches, DataLoader};
pub use image_folder::{ImageFolder, Sample};
pub use mnist::Mnist;
pub use rng::rng;
pub(crate) use rng::shuffled;
