// CodePagesEncodingProvider, whose tables are a resource of its assembly.
using System;
using System.Text;

namespace code_pages;

public static class Program
{
    public static int Main()
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        foreach (int page in new[] { 1252, 1251, 437, 932, 936, 949, 950, 866, 28592, 51932, 54936, 20866 })
        {
            Encoding encoding = Encoding.GetEncoding(page);
            byte[] bytes = encoding.GetBytes("a\u00e9\u20ac\u0416\u3042\u6f22");
            T.P(page + " " + encoding.WebName + " " + Convert.ToHexString(bytes) + " " + Convert.ToHexString(Encoding.UTF8.GetBytes(encoding.GetString(bytes))));
        }
        T.P(Encoding.GetEncoding("shift_jis").CodePage + " " + Encoding.GetEncoding("windows-1252").EncodingName);
        return 0;
    }
}
