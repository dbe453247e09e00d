using Tidemark.Tests;

[assembly: EndsInTime(seconds: 180)]
