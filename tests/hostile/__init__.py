"""Submissions that are broken or mean harm, graded on a real engine."""
