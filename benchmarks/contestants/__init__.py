"""What is measured: the component, and what people run today, each as a process of its own."""
