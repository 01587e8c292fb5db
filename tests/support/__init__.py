"""What tests share: fakes of the outside world, and factories of values."""
