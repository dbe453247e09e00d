Console.Error.WriteLine("tidemark: no command yet");
return 2;
