//! Mini-batches read from files, `torch.utils.data.DataLoader`: for more pictures than memory holds.

use std::{collections::VecDeque, panic::resume_unwind, sync::Arc, thread, vec};

use super::{
    batch::Batch,
    image_folder::ImageFolder,
    rng::{rng, shuffled},
};
use crate::{error::Result, fast::memory, transforms::Transform};

/// Batches being decoded, or ready: while one waits for its last picture, the others keep the cores busy.
const AHEAD: usize = 3;

/// Yields every picture of a folder once per epoch, a few at a time.
///
/// Memory holds at most four batches, whatever the number of pictures: the one in use, and up to three that are ready or
/// being decoded in the background, on all cores.
///
/// ```no_run
/// use lrlib::{datasets, nn, optim, transforms};
///
/// let transform = transforms::Compose::new().then(transforms::Resize(224)).then(transforms::CenterCrop(224));
/// let folder = datasets::ImageFolder::new("data/insects/train")?;
/// let loader = datasets::DataLoader::new(folder, transform, 32)?.shuffle(1);
/// let mut model = nn::LogisticRegression::new(3 * 224 * 224);
/// let mut sgd = optim::Sgd::new(1e-4);
/// for epoch in 0..10 {
///     for batch in loader.epoch(epoch) {
///         let batch = batch?;
///         let grads = model.backward(&batch.x, &model.forward(&batch.x), &batch.y);
///         sgd.step(&mut model, &grads);
///     }
/// }
/// # Ok::<(), lrlib::Error>(())
/// ```
#[derive(Clone)]
pub struct DataLoader {
    folder: Arc<ImageFolder>,
    transform: Arc<dyn Transform>,
    /// Width and height of every transformed picture.
    size: (u32, u32),
    batch_size: usize,
    seed: Option<u64>,
}

impl DataLoader {
    /// Returns batches of `batch_size` pictures in the folder's order; the last may be smaller.
    ///
    /// # Errors
    /// Those of [`ImageFolder::get`] for the first picture, whose size all must have.
    ///
    /// # Panics
    /// If `batch_size` is 0.
    #[track_caller]
    pub fn new(folder: ImageFolder, transform: impl Transform + 'static, batch_size: usize) -> Result<Self> {
        assert!(batch_size > 0, "a mini-batch needs at least one sample");
        let size = transform.apply_random(folder.get(0)?.0, &mut rng(0, 0, 0)).dimensions();
        Ok(Self { folder: Arc::new(folder), transform: Arc::new(transform), size, batch_size, seed: None })
    }

    /// Returns the same in a random order, drawn anew at each epoch: the order in which [`fit`](crate::train::fit) with
    /// this `seed` draws its mini-batches from memory.
    #[must_use]
    pub fn shuffle(self, seed: u64) -> Self {
        Self { seed: Some(seed), ..self }
    }

    /// Returns all batches, once, and decodes the next ones meanwhile. If it is dropped, no further decoding starts.
    ///
    /// An item is an error where a picture cannot be read or differs in size from the folder's first, as in
    /// [`ImageFolder::load`]; nothing follows it.
    #[must_use]
    pub fn epoch(&self, epoch: usize) -> Batches {
        let n = self.folder.len();
        let rows = self.seed.map_or_else(|| (0..n).collect(), |seed| shuffled(n, seed, epoch));
        let rows = rows.chunks(self.batch_size).map(<[usize]>::to_vec).collect::<Vec<_>>();
        Batches { loader: self.clone(), epoch, rows: rows.into_iter(), ahead: VecDeque::new() }
    }
}

/// `DataLoader(244 pictures, 32 at a time)`
impl std::fmt::Debug for DataLoader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DataLoader({} pictures, {} at a time)", self.folder.len(), self.batch_size)
    }
}

/// One epoch of a [`DataLoader`].
#[derive(Debug)]
pub struct Batches {
    loader: DataLoader,
    epoch: usize,
    /// What is not decoded yet.
    rows: vec::IntoIter<Vec<usize>>,
    ahead: VecDeque<thread::JoinHandle<Result<Batch>>>,
}

impl Iterator for Batches {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.ahead.len() < AHEAD
            && let Some(rows) = self.rows.next()
        {
            let (loader, epoch) = (self.loader.clone(), self.epoch);
            self.ahead.push_back(thread::spawn(move || {
                // All files are read ahead, so that the cores do not wait for the disk at each.
                rows.iter().map(|&row| &*loader.folder.samples()[row].path).for_each(memory::read_ahead);
                let draw = (loader.seed.unwrap_or(0), epoch);
                loader.folder.read(&rows, &*loader.transform, loader.size, draw)
            }));
        }
        let batch = self.ahead.pop_front()?.join();
        if !matches!(batch, Ok(Ok(_))) {
            (self.rows, self.ahead) = Default::default();
        }
        // A panic in a transform must not look like the end of the epoch.
        Some(batch.unwrap_or_else(|panic| resume_unwind(panic)))
    }
}
