//! A graphics card of any maker: its memory, and its errors.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc,
};

use bytemuck::{Pod, cast_slice};
use pollster::block_on;
use wgpu::{
    Buffer, BufferDescriptor, BufferUsages, Device, DeviceDescriptor, DeviceType, Error as WgpuError, ErrorFilter,
    Instance, InstanceDescriptor, PollType, PowerPreference, Queue, RequestAdapterOptions, util::DownloadBuffer,
};

use crate::{
    error::{Error, Result},
    fast::device::{card::Start, rows::Form},
};

/// The part of the card's memory that may be used, in percent. With more, others have too little, or all becomes slow.
const MEMORY: u8 = 90;
/// The most rows of a buffer: a thread adds a quarter of them, and llvmpipe ends a loop after 65,535 rounds.
const ROWS: usize = 1 << 16;

/// A graphics card, awake. A clone is the same card.
#[derive(Clone, PartialEq)]
pub struct Gpu {
    name: String,
    pub(super) is_software: bool,
    pub(super) device: Device,
    pub(super) queue: Queue,
}

/// Some rows of X in the card's memory, and which of all rows the first of them is.
pub(super) struct Piece {
    pub(super) x: Buffer,
    pub(super) first: usize,
    pub(super) rows: usize,
}

impl Gpu {
    /// Wakes up the fastest card.
    pub(crate) fn open() -> Result<Self> {
        let mut options = InstanceDescriptor::new_without_display_handle_from_env();
        options.memory_budget_thresholds.for_resource_creation = Some(MEMORY);
        let wanted = RequestAdapterOptions { power_preference: PowerPreference::HighPerformance, ..Default::default() };
        let adapter = block_on(Instance::new(options).request_adapter(&wanted)).map_err(|_| {
            Error::Device("no adapter: Vulkan, Metal and DirectX 12 find no card; install its driver".into())
        })?;
        let info = adapter.get_info();
        let name = format!("{}, {}", info.name, info.backend);
        let wanted = DeviceDescriptor { required_limits: adapter.limits(), ..Default::default() };
        let (device, queue) = block_on(adapter.request_device(&wanted))
            .map_err(|problem| Error::Device(format!("{name} cannot be used: {problem}; update its driver")))?;
        Ok(Self { name, is_software: info.device_type == DeviceType::Cpu, device, queue })
    }

    /// Does `work`, and returns its first error, which otherwise would be a panic.
    pub(super) fn checked<T>(&self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let filters = [ErrorFilter::Internal, ErrorFilter::Validation, ErrorFilter::OutOfMemory];
        let scopes = filters.map(|filter| self.device.push_error_scope(filter));
        let done = work();
        let problems: Vec<_> = scopes.into_iter().rev().filter_map(|scope| block_on(scope.pop())).collect();
        match problems.first() {
            None => done,
            Some(WgpuError::OutOfMemory { .. }) => {
                let problem = format!("the samples do not fit in the memory of {}", self.name);
                Err(Error::Device(problem + ": use fewer, or Device::Cpu"))
            }
            Some(problem) => Err(self.failed(problem)),
        }
    }

    fn failed(&self, problem: impl fmt::Display) -> Error {
        Error::Device(format!("{} failed: {problem}; try again, or use Device::Cpu", self.name))
    }

    /// Returns new memory for `size` bytes, all 0.
    pub(super) fn zeros(&self, size: usize, usage: BufferUsages) -> Result<Buffer> {
        let usage = usage | BufferUsages::COPY_DST | BufferUsages::COPY_SRC;
        let wanted = BufferDescriptor { label: None, size: size as u64, usage, mapped_at_creation: false };
        self.checked(|| Ok(self.device.create_buffer(&wanted)))
    }

    /// Returns a copy of these numbers.
    pub(super) fn copied<T: Pod>(&self, numbers: &[T], usage: BufferUsages) -> Result<Buffer> {
        let buffer = self.zeros(size_of_val(numbers), usage)?;
        self.queue.write_buffer(&buffer, 0, cast_slice(numbers));
        Ok(buffer)
    }

    /// Copies samples to the card, one part behind the other, in pieces that it can bind.
    pub(super) fn samples(&self, start: &Start<'_>, form: Form) -> Result<Vec<Piece>> {
        let width = (start.weight.len() + 1).next_multiple_of(4);
        let (row, all) = (width * form.size(), start.parts.iter().map(|x| x.nrows()).sum::<usize>());
        let limits = self.device.limits();
        // A row that is too long is an error of wgpu's.
        let most = limits.max_storage_buffer_binding_size.min(limits.max_buffer_size) as usize / row;
        let most = most.clamp(1, ROWS);
        let piece = |first| {
            let rows = most.min(all - first);
            Ok(Piece { x: self.zeros(rows * row, BufferUsages::STORAGE)?, first, rows })
        };
        let pieces = (0..all).step_by(most).map(piece).collect::<Result<Vec<_>>>()?;
        let (whole, mut done) = (most * row, 0);
        form.send(start.parts, width, start.bias.is_some(), |mut bytes| {
            while !bytes.is_empty() {
                let (here, later) = bytes.split_at(bytes.len().min(whole - done % whole));
                self.queue.write_buffer(&pieces[done / whole].x, (done % whole) as u64, here);
                (bytes, done) = (later, done + here.len());
            }
            self.queue.submit([]);
            self.wait()
        })?;
        Ok(pieces)
    }

    /// Waits until all is done.
    pub(super) fn wait(&self) -> Result<()> {
        // wgpu panics where the driver has given up the card.
        let waited = catch_unwind(AssertUnwindSafe(|| self.device.poll(PollType::wait_indefinitely())));
        waited.map_err(|_| self.failed("its driver has stopped"))?.map(|_| ()).map_err(|problem| self.failed(problem))
    }

    /// Copies the first `count` numbers from the card, when all before is done.
    pub(super) fn numbers(&self, buffer: &Buffer, count: usize) -> Result<Vec<f32>> {
        let (send, receive) = mpsc::channel();
        self.checked(|| {
            let bytes = buffer.slice(..4 * count as u64);
            DownloadBuffer::read_buffer(&self.device, &self.queue, &bytes, move |copy| drop(send.send(copy)));
            self.wait()
        })?;
        let copy = receive.try_recv().ok().and_then(std::result::Result::ok);
        copy.map(|bytes| cast_slice(&bytes).to_vec()).ok_or_else(|| self.failed("its memory cannot be read"))
    }
}

/// `wgpu (Apple M2, metal)`
impl fmt::Display for Gpu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "wgpu ({})", self.name)
    }
}
