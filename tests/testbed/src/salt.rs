//! The random numbers of the testbed, which are not random: SHA-256 of a seed and a counter.

use rsa::rand_core::{TryCryptoRng, TryRng};
use std::convert::Infallible;

pub(crate) struct Salt {
    seed: String,
    counter: u64,
}

impl Salt {
    pub(crate) fn from_seed(seed: &str) -> Salt {
        Salt {
            seed: seed.to_owned(),
            counter: 0,
        }
    }

    fn block(&mut self) -> [u8; 32] {
        self.counter += 1;
        crate::key::sha256(format!("{} {}", self.seed, self.counter).as_bytes())
    }
}

impl TryRng for Salt {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.try_next_u64()? as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_be_bytes(self.block()[..8].try_into().unwrap()))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(32) {
            let block = self.block();
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
        Ok(())
    }
}

impl TryCryptoRng for Salt {}
