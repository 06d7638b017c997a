"""The report for those who decide, and its appendix."""
