//! A network that can be cut.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

/// A network that can be cut: a port of this machine that passes on what it gets, and drops all
/// connections and refuses new ones for a while.
pub struct Cable {
    /// The port.
    pub port: u16,
    is_cut: Arc<AtomicBool>,
    ends: Arc<Mutex<Vec<TcpStream>>>,
}

impl Cable {
    /// A cable to `server`, HOST:PORT.
    pub fn to(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (is_cut, ends) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::<TcpStream>::new())));
        let (cut, all) = (is_cut.clone(), ends.clone());
        thread::spawn(move || {
            for near in listener.incoming().flatten() {
                let Ok(far) = TcpStream::connect(&server) else { continue };
                if cut.load(Ordering::Relaxed) {
                    continue;
                }
                for (mut from, mut to) in [
                    (near.try_clone().unwrap(), far.try_clone().unwrap()),
                    (far.try_clone().unwrap(), near.try_clone().unwrap()),
                ] {
                    thread::spawn(move || {
                        let mut buffer = [0; 65_536];
                        while let Ok(length @ 1..) = from.read(&mut buffer) {
                            if to.write_all(&buffer[..length]).is_err() {
                                break;
                            }
                        }
                        to.shutdown(std::net::Shutdown::Both).ok();
                    });
                }
                all.lock().unwrap().extend([near, far]);
            }
        });
        Self { port, is_cut, ends }
    }

    /// Cuts it for a while.
    pub fn cut_for(&self, time: Duration) {
        self.is_cut.store(true, Ordering::Relaxed);
        self.ends.lock().unwrap().drain(..).for_each(|end| drop(end.shutdown(std::net::Shutdown::Both)));
        thread::sleep(time);
        self.is_cut.store(false, Ordering::Relaxed);
    }
}
