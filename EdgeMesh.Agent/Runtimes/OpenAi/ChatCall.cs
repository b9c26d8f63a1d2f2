using System.Text;
using System.Text.Json.Nodes;
using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Core.Contracts;

namespace EdgeMesh.Agent.Runtimes.OpenAi;

/// <summary>Asks a server for an answer and reads it; a request that it refuses for its form is made again in another.</summary>
internal sealed class ChatCall(HttpClient http, ServerDialects dialects, TimeProvider time)
{
    private const int MostForms = 8;

    // After the end only the counts may come.
    private static readonly TimeSpan CountsWithin = TimeSpan.FromSeconds(5);

    /// <exception cref="EngineStatusException">An error of the server before anything was written.</exception>
    /// <exception cref="TaskFailedException">The answer broke off, or is none.</exception>
    public async Task<TaskReceipt> RunAsync(Uri endpoint, string server, TaskRequest task, ITaskOutput output, CancellationToken cancellationToken)
    {
        var dialect = dialects.For(task.ModelId);
        EngineStatusException? first = null;
        for (var form = 1; ; form++)
        {
            var body = ChatRequest.Body(task, dialect);
            var answer = new ChatAnswer(server, task.ModelId, GoingOn.Left(task), task.SoFar, output);
            try
            {
                await ReadAsync(endpoint, body, answer, cancellationToken);
                dialects.Learned(task.ModelId, dialect);
                var receipt = answer.End();
                receipt.InputUnits = receipt.HasInputUnits ? receipt.InputUnits : Math.Max(1, (Conversation.Of(task).Sum(t => t.Content.Length) + task.SoFar.Length) * 10 / 36);
                receipt.Note = $"{receipt.Note} {NotTaken(task, dialect)}".Trim();
                return receipt;
            }
            catch (EngineStatusException e) when (answer.HasBegun)
            {
                // What was written cannot be taken back, so there is no second try here.
                throw EngineErrors.Explain(e, server, new Uri(endpoint.GetLeftPart(UriPartial.Path)), task.ModelId);
            }
            catch (EngineStatusException e) when (form < MostForms && dialect.After(e, body) is { } next)
            {
                (first, dialect) = (first ?? e, next);
            }
            catch (EngineStatusException) when (first is not null && dialect.Guesses > 0)
            {
                throw first;
            }
        }
    }

    private static string NotTaken(TaskRequest task, ServerDialect dialect) => string.Join(' ', new[]
    {
        task.Generate is { HasTemperature: true } && dialect.LeftOut.Contains("temperature") ? "The server takes no temperature." : "",
        task.Generate is { HasSeed: true } && dialect.LeftOut.Contains("seed") ? "The server takes no seed." : "",
    }.Where(n => n.Length > 0));

    private async Task ReadAsync(Uri endpoint, JsonObject body, ChatAnswer answer, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") };
        using var counts = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, counts.Token);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        try
        {
            await foreach (var message in ServerMessages.ReadAsync(await response.Content.ReadAsStreamAsync(cancellationToken), reading.Token))
            {
                answer.Take(message);
                if (answer.IsEnough)
                {
                    return;
                }

                if (answer.IsWhole)
                {
                    counts.CancelAfter(CountsWithin);
                }
            }
        }
        catch (Exception e) when (answer.IsWhole && e is IOException or HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            // It had ended; how the connection did is nobody's matter.
        }
        catch (IOException) when (answer.HasBegun && !cancellationToken.IsCancellationRequested)
        {
            // Told by the answer, which knows how far it came.
        }
    }
}
