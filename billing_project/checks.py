"""System checks that refuse a configuration with which money could go wrong."""
