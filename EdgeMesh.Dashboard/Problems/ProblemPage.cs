using System.Text.Encodings.Web;

namespace EdgeMesh.Dashboard.Problems;

/// <summary>
/// A problem as a page: what a person sees where a program gets problem details. It stands alone, because the assets may be refused for the same reason.
/// </summary>
internal static class ProblemPage
{
    private const string Style =
        "body{margin:0;min-height:100vh;display:grid;place-items:center;padding:24px;box-sizing:border-box;background:#F6F7F9;color:#12161B;font:14px/23px Inter,system-ui,sans-serif}" +
        "main{max-width:560px}h1{font-size:20px;line-height:28px;margin:0 0 12px}p{margin:0 0 12px;overflow-wrap:anywhere}.t2{color:#48515D}a{color:#3F55D4}" +
        "a:focus-visible{outline:2px solid;outline-offset:3px}@media(prefers-color-scheme:dark){body{background:#0B0D10;color:#EEF1F4}.t2{color:#AEB6C1}a{color:#8AA0FF}}";

    public static Task WriteAsync(HttpContext context, int status, Problem problem)
    {
        var (title, detail, remedy) = (Encode(problem.Title), Encode(problem.Detail), Encode(problem.Remedy));
        // Under a name that is not ours no link of ours leads anywhere.
        var link = status == StatusCodes.Status421MisdirectedRequest ? "" : $"<p><a href=\"{Encode(context.Request.PathBase + "/")}\">Open the dashboard</a></p>";
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync(
            $"""
            <!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
            <title>{title} · EdgeMesh</title><link rel="icon" href="data:,"><style>{Style}</style></head>
            <body><main><h1>{title}</h1><p class="t2">{detail}</p><p>{remedy}</p>{link}</main></body></html>
            """,
            context.RequestAborted);
    }

    private static string Encode(string text) => HtmlEncoder.Default.Encode(text);
}
