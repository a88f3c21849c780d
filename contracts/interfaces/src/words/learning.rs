//! What the word codec knows of learning, with its fields in order.

use alloy_primitives::U256;

use crate::{
    ILearning, Learning, LearningSet, MarketLearningOff, MarketLearningOutOfBounds, MarketLearningTooEarly,
    SpreadsLearned,
};

to_words! {
    Learning {
        mostMillionths, factorMillionths, epochs, epochAt, dueAt, earnedWad, grossWad, chanceMillionths, gainsMillionths,
        baselineMillionths,
    }
    ILearning::learningCall {}
    ILearning::setLearningCall { mostMillionths }
    MarketLearningOff {}
    MarketLearningTooEarly { dueAt, nowAt }
    MarketLearningOutOfBounds { mostMillionths, leastAllowed, mostAllowed }
}

from_words! {
    Learning: Learning {
        mostMillionths: u32, factorMillionths: u32, epochs: u32, epochAt: u64, dueAt: u64, earnedWad: U256, grossWad: U256,
        chanceMillionths: u32, gainsMillionths: [i128; 4], baselineMillionths: i128,
    }
}

from_nothing!(ILearning::setLearningReturn);

event_words! {
    LearningSet { ; mostMillionths }
    SpreadsLearned { ; epochs, factorMillionths, rewardMillionths, earnedWad, lostWad }
}
