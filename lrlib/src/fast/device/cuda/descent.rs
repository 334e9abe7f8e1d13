//! Gradient descent on a card, many epochs at a time: three kernels each, which are in `kernels.cu`.
#![expect(clippy::cast_possible_wrap, reason = "a kernel counts rows and columns as `int`, below 2³¹")]

use cudarc::driver::{CudaFunction, CudaGraph, CudaSlice, PushKernelArg, sys};
use ndarray::{Array2, ArrayRef1, ArrayRef2};

use super::card::{Answer, COLUMNS, Cuda, ROWS, Samples, WARPS, launch};
use crate::{
    error::Result,
    fast::device::card::{Card, Descent, Start},
};

/// About as many warps of the forward kernel for each multiprocessor, which runs 16 of them at a time.
const MANY: usize = 64;
/// Epochs of a graph, which the driver starts at once: it takes about as long to start a kernel as a card takes for it.
const EPOCHS: usize = 10;

/// A model in training on a card of NVIDIA's.
struct CudaDescent {
    card: Cuda,
    kernels: [CudaFunction; 3],
    samples: Samples,
    y: CudaSlice<f32>,
    /// The weight, the bias, and zeros up to `samples.d`.
    w: CudaSlice<f32>,
    features: i32,
    pos_weight: f32,
    weight_decay: f32,
    /// The logits before their sum over `shares` of the columns, and e.
    parts: CudaSlice<f32>,
    shares: i32,
    e: CudaSlice<f32>,
    /// Of a run: the steps made, the learning rate of each, and the logits from before each and after the last.
    epoch: CudaSlice<i32>,
    rates: CudaSlice<f32>,
    logits: CudaSlice<f32>,
    graph: Option<CudaGraph>,
}

impl Card for Cuda {
    fn descent(&self, start: &Start<'_>) -> Result<Box<dyn Descent>> {
        Ok(Box::new(CudaDescent::new(self, start)?))
    }

    fn gram(&self, x: &ArrayRef2<f32>) -> Result<Array2<f64>> {
        self.products(x)
    }
}

impl CudaDescent {
    fn new(card: &Cuda, start: &Start<'_>) -> Result<Self> {
        let &Start { parts, y, weight, bias, pos_weight, weight_decay, most } = start;
        let samples = card.samples(parts, bias.is_some())?;
        let begin = || {
            let (rows, stream) = (samples.rows, &card.stream);
            // As many shares of the columns as there are warps for, all of the same size.
            let (blocks, wanted) = (samples.d / COLUMNS, MANY * card.multiprocessors / rows.div_ceil(ROWS));
            let shares = blocks.div_ceil(blocks.div_ceil(wanted.max(1)));
            let mut w: Vec<f32> = weight.iter().copied().chain(bias).collect();
            w.resize(samples.d, 0.0);
            let mut descent = Self {
                kernels: [
                    card.kernel("forward", &samples)?,
                    card.module.load_function("errors")?,
                    card.kernel("step", &samples)?,
                ],
                y: card.copied(&y.to_vec())?,
                w: card.copied(&w)?,
                features: weight.len() as i32,
                pos_weight,
                weight_decay,
                parts: stream.alloc_zeros(shares * rows)?,
                shares: shares as i32,
                e: stream.alloc_zeros(y.len())?,
                epoch: stream.alloc_zeros(1)?,
                rates: stream.alloc_zeros(most)?,
                logits: stream.alloc_zeros((most + 1) * rows)?,
                graph: None,
                card: card.clone(),
                samples,
            };
            descent.forward()?;
            stream.begin_capture(sys::CUstreamCaptureMode::CU_STREAM_CAPTURE_MODE_THREAD_LOCAL)?;
            let recorded = (0..EPOCHS).try_for_each(|_| descent.epoch());
            descent.graph = stream.end_capture(sys::CUgraphInstantiate_flags(0))?;
            recorded.map(|()| descent)
        };
        begin().map_err(|error| card.error(error))
    }

    /// One epoch, from the logits' parts to the next ones.
    fn epoch(&mut self) -> Answer<()> {
        self.errors()?;
        self.step()?;
        self.forward()
    }

    fn forward(&mut self) -> Answer<()> {
        let Samples { x, rows, d, form } = &self.samples;
        let blocks = (rows.div_ceil(ROWS) * self.shares as usize).div_ceil(WARPS);
        let (rows, d) = (*rows as i32, *d as i32);
        let mut args = self.card.stream.launch_builder(&self.kernels[0]);
        args.arg(x).arg(&self.w).arg(&mut self.parts).arg(&mut self.epoch);
        launch(args.arg(&self.shares).arg(&rows).arg(&d).arg(&form.unit()), blocks, 1)
    }

    fn errors(&mut self) -> Answer<()> {
        let (n, rows) = (self.y.len() as i32, self.samples.rows as i32);
        let mut args = self.card.stream.launch_builder(&self.kernels[1]);
        args.arg(&self.parts).arg(&self.y).arg(&mut self.e).arg(&mut self.logits).arg(&self.epoch);
        launch(args.arg(&self.shares).arg(&n).arg(&rows).arg(&self.pos_weight), self.samples.rows.div_ceil(32), 1)
    }

    fn step(&mut self) -> Answer<()> {
        let Samples { x, d, form, .. } = &self.samples;
        let (n, blocks, d) = (self.y.len() as i32, d / COLUMNS, *d as i32);
        let mut args = self.card.stream.launch_builder(&self.kernels[2]);
        args.arg(x).arg(&self.e).arg(&mut self.w).arg(&self.epoch).arg(&self.rates);
        launch(args.arg(&n).arg(&d).arg(&self.features).arg(&form.unit()).arg(&self.weight_decay), blocks, 1)
    }
}

impl Descent for CudaDescent {
    fn run(&mut self, rates: &[f32]) -> Result<Array2<f32>> {
        let (stream, rows, steps) = (self.card.stream.clone(), self.samples.rows, rates.len());
        let mut run = || {
            stream.memset_zeros(&mut self.epoch)?;
            stream.memcpy_htod(rates, &mut self.rates)?;
            let mut graphs = self.graph.iter().cycle().take(steps / EPOCHS);
            graphs.try_for_each(CudaGraph::launch)?;
            (0..steps % EPOCHS).try_for_each(|_| self.epoch())?;
            self.errors()?;
            self.card.numbers(&self.logits.slice(..(steps + 1) * rows))
        };
        let logits = run().map_err(|error| self.card.error(error))?;
        Ok(Array2::from_shape_vec((steps + 1, rows), logits).expect("as many logits"))
    }

    fn write_to(&self, weight: &mut ArrayRef1<f32>, bias: &mut Option<f32>) -> Result<()> {
        let w = self.card.numbers(&self.w.as_view()).map_err(|error| self.card.error(error))?;
        weight.iter_mut().chain(bias).zip(w).for_each(|(to, w)| *to = w);
        Ok(())
    }
}
