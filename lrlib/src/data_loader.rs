//! Mini-batches straight from the files, `torch.utils.data.DataLoader`: for more pictures than memory holds.

use std::{collections::VecDeque, panic::resume_unwind, sync::Arc, thread, vec};

use crate::{Batch, ImageFolder, Result, Transform, batch::shuffled, memory};

/// Batches being decoded, or waiting: while one is short of its last picture, the others keep the cores busy.
const AHEAD: usize = 3;

/// Gives every picture of a folder once per epoch, a few at a time.
///
/// Memory holds four batches at most, whatever the number of pictures: while one is in use, two are ready or being decoded
/// in the background, on all cores, and a third from the moment the next is asked for.
///
/// ```no_run
/// use lrlib::{CenterCrop, Compose, DataLoader, ImageFolder, LogisticRegression, Resize};
///
/// let transform = Compose::new().then(Resize(224)).then(CenterCrop(224));
/// let loader = DataLoader::new(ImageFolder::new("data/insects/train")?, transform, 32)?.shuffle(1);
/// let mut model = LogisticRegression::new(3 * 224 * 224);
/// for epoch in 0..10 {
///     for batch in loader.epoch(epoch) {
///         let batch = batch?;
///         let grads = model.backward(&batch.x, &model.forward(&batch.x), &batch.y);
///         model.step(&grads, 1e-4);
///     }
/// }
/// # Ok::<(), lrlib::Error>(())
/// ```
#[derive(Clone)]
pub struct DataLoader {
    folder: Arc<ImageFolder>,
    transform: Arc<dyn Transform + Send>,
    /// Width and height of every picture, transformed.
    size: (u32, u32),
    batch_size: usize,
    seed: Option<u64>,
}

impl DataLoader {
    /// Batches of `batch_size` pictures in the folder's order; the last may be smaller.
    ///
    /// # Errors
    /// Those of [`ImageFolder::get`] for the first picture, whose size all must have.
    ///
    /// # Panics
    /// If `batch_size` is 0.
    #[track_caller]
    pub fn new(folder: ImageFolder, transform: impl Transform + Send + 'static, batch_size: usize) -> Result<Self> {
        assert!(batch_size > 0, "a mini-batch of no samples");
        let size = transform.apply(folder.get(0)?.0).dimensions();
        Ok(Self { folder: Arc::new(folder), transform: Arc::new(transform), size, batch_size, seed: None })
    }

    /// The same in a random order, another at each epoch: the one in which [`fit`](crate::fit) with this `seed` draws its
    /// mini-batches from memory.
    #[must_use]
    pub fn shuffle(self, seed: u64) -> Self {
        Self { seed: Some(seed), ..self }
    }

    /// All batches, once; those that come next are decoded meanwhile. Dropped, it begins no other.
    ///
    /// An item is an error where a picture cannot be read or has another size than the folder's first, as
    /// [`ImageFolder::load`] says; nothing follows it.
    #[must_use]
    pub fn epoch(&self, epoch: usize) -> Batches {
        let mut rows = (0..self.folder.len()).collect();
        if let Some(seed) = self.seed {
            rows = shuffled(rows, seed.wrapping_add(epoch as u64));
        }
        let rows = rows.chunks(self.batch_size).map(<[usize]>::to_vec).collect::<Vec<_>>();
        Batches { loader: self.clone(), rows: rows.into_iter(), ahead: VecDeque::new() }
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
    /// What is still to be decoded.
    rows: vec::IntoIter<Vec<usize>>,
    ahead: VecDeque<thread::JoinHandle<Result<Batch>>>,
}

impl Iterator for Batches {
    type Item = Result<Batch>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.ahead.len() < AHEAD
            && let Some(rows) = self.rows.next()
        {
            let loader = self.loader.clone();
            self.ahead.push_back(thread::spawn(move || {
                // All files come into the system's memory, lest the cores wait for the disk at each.
                rows.iter().map(|&row| &*loader.folder.samples()[row].path).for_each(memory::read_ahead);
                loader.folder.read(&rows, &*loader.transform, loader.size)
            }));
        }
        let batch = self.ahead.pop_front()?.join();
        if !matches!(batch, Ok(Ok(_))) {
            (self.rows, self.ahead) = Default::default();
        }
        // A panic in a transform must not look like the end.
        Some(batch.unwrap_or_else(|panic| resume_unwind(panic)))
    }
}
