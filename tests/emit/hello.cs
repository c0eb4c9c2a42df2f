// tests/emit/hello.cs - the smallest program whose library types mt_compare looks at.
System.Console.WriteLine("Hello World!");
