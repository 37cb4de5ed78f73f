//! What may follow a device's name: `vulkan:0?tasks=256&memory=exclusive`.

use crate::DeviceError;
use burn::tensor::Device;
use std::num::NonZeroUsize;

/// How the runtime of a device works; what is left out is as CubeCL has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct DeviceOptions {
    /// Launches that are handed to the card together.
    tasks: Option<NonZeroUsize>,
    memory: Option<Memory>,
}

/// How memory is taken from the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Memory {
    /// Large pages that many tensors share.
    Adaptive,
    /// A page for each tensor.
    Exclusive,
}

/// What the options may be, for messages.
const EXPECTED: &str = "`tasks=N` with N from 1 and `memory=adaptive` or `memory=exclusive`, joined by `&`";

impl DeviceOptions {
    /// Reads what follows the `?` of `name`.
    ///
    /// # Errors
    /// The part that is none of the options.
    pub(crate) fn read(name: &str, text: &str) -> Result<Self, DeviceError> {
        let mut options = Self::default();
        for part in text.split('&') {
            let known = match part.split_once('=') {
                Some(("tasks", number)) => number.parse().map(|number| options.tasks = Some(number)).is_ok(),
                Some(("memory", "adaptive")) => options.memory.replace(Memory::Adaptive).is_none(),
                Some(("memory", "exclusive")) => options.memory.replace(Memory::Exclusive).is_none(),
                _ => false,
            };
            if !known {
                return Err(DeviceError::Option { found: name.into(), option: part.into(), expected: EXPECTED.into() });
            }
        }
        Ok(options)
    }

    /// Starts the runtime of `device`, called `name`, with these options, or says that it runs
    /// with them already.
    ///
    /// # Errors
    /// A device whose runtime has no options, or one that was started with others.
    pub(crate) fn start(self, name: &str, device: &Device) -> Result<(), DeviceError> {
        if self == Self::default() {
            return Ok(());
        }
        runtime::start(self, name, device)
    }
}

#[cfg(feature = "wgpu-runtime")]
mod runtime {
    use super::{DeviceError, DeviceOptions, Memory};
    use burn::{backend::DispatchDevice, tensor::Device};
    use burn_cubecl::CubeDevice;
    use burn_wgpu::{MemoryConfiguration, RuntimeOptions, WgpuDevice, WgpuInitError, graphics::AutoGraphicsApi};
    use std::sync::{Mutex, PoisonError};

    /// Devices that were started with options: a runtime cannot be changed afterwards.
    static STARTED: Mutex<Vec<(WgpuDevice, DeviceOptions)>> = Mutex::new(Vec::new());

    pub(super) fn start(options: DeviceOptions, name: &str, device: &Device) -> Result<(), DeviceError> {
        let DispatchDevice::Cube(CubeDevice::Wgpu(device)) = device.as_dispatch() else {
            return Err(super::without_options(name));
        };
        let mut started = STARTED.lock().unwrap_or_else(PoisonError::into_inner);
        if started.contains(&(device.clone(), options)) {
            return Ok(());
        }
        let refused = |error: WgpuInitError| DeviceError::Runtime { found: name.into(), reason: error.to_string() };
        let runtime = options.runtime().map_err(refused)?;
        burn_wgpu::try_init_setup::<AutoGraphicsApi>(device, runtime).map_err(refused)?;
        started.push((device.clone(), options));
        Ok(())
    }

    impl DeviceOptions {
        fn runtime(self) -> Result<RuntimeOptions, WgpuInitError> {
            let mut runtime = RuntimeOptions::with_tasks_max(self.tasks.map(usize::from))?;
            match self.memory {
                Some(Memory::Exclusive) => runtime.memory_config = MemoryConfiguration::ExclusivePages,
                Some(Memory::Adaptive) => runtime.memory_config = MemoryConfiguration::Adaptive,
                None => {}
            }
            Ok(runtime)
        }
    }
}

#[cfg(not(feature = "wgpu-runtime"))]
mod runtime {
    use super::{DeviceError, DeviceOptions};
    use burn::tensor::Device;

    pub(super) fn start(_: DeviceOptions, name: &str, _: &Device) -> Result<(), DeviceError> {
        Err(super::without_options(name))
    }
}

fn without_options(name: &str) -> DeviceError {
    let expected = "none: devices of `vulkan`, `metal`, `webgpu` and `wgpu` have them";
    let option = name.split_once('?').map_or("", |(_, options)| options);
    DeviceError::Option { found: name.into(), option: option.into(), expected: expected.into() }
}
