//! Lists on a device, each uploaded once: the operations of a step, forward and backward and in every
//! cell, ask for the same few over and over.

use burn_cubecl::tensor::CubeTensor;
use cubecl::{prelude::*, server::Handle};
use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex, PoisonError},
    thread::ThreadId,
};

/// Lists that are kept. A step of the paper's network has some hundreds, the next one others: once
/// there are more, all are given back.
const KEPT: usize = 4096;

/// By thread, device and numbers: what a thread asks of a device is done in order, and what another
/// thread does would have to be waited for. One table for the process and none for a thread, so that
/// none is given back while the process ends and with it the driver.
static LISTS: LazyLock<Mutex<HashMap<(ThreadId, String, Vec<u32>), Handle>>> = LazyLock::new(Mutex::default);

/// A list on the device of `like`.
pub(super) fn upload(like: &CubeTensor, list: &[u32]) -> BufferArg {
    // What a panic leaves is whole: a list is entered once it is on the device.
    let mut lists = LISTS.lock().unwrap_or_else(PoisonError::into_inner);
    if lists.len() >= KEPT {
        lists.clear();
    }
    let key = (std::thread::current().id(), format!("{:?}", like.device), list.to_vec());
    let new = || like.client.create_from_slice(u32::as_bytes(list));
    let handle = lists.entry(key).or_insert_with(new).clone();
    // SAFETY: the buffer has as many numbers as the list.
    unsafe { BufferArg::from_raw_parts(handle, list.len()) }
}
