using System.Text.Json.Nodes;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Problems;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace EdgeMesh.Dashboard.Api;

/// <summary>The description of the API: <c>/openapi/v1.json</c>, and a page of it at <c>/scalar</c> that loads nothing from elsewhere.</summary>
internal static class OpenApi
{
    private const string SecurityScheme = "key";

    /// <summary>The job request is read by its own converter, so its shape is told here.</summary>
    private const string JobRequestExample =
        """{"kind":"summarize","text":"The article …","policy":"BEST_AVAILABLE","deviceId":null,"model":null,"maxWorkers":null,"options":{"sentences":5}}""";

    public static void AddDescription(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "EdgeMesh",
                Version = "v1",
                Description = "One AI computer out of the devices you own. JSON is camelCase, enums are strings, times are ISO 8601 UTC; errors are RFC 9457 problem " +
                    "details with `code` and `remedy`. Send `Authorization: Bearer KEY`; the first key is in `admin.key` in the dashboard's data folder.",
            };
            document.Servers = [];
            document.Components ??= new OpenApiComponents();
            document.AddComponent(SecurityScheme, new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API key." });
            document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(SecurityScheme, document)] = [] }];
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, context, _) =>
        {
            if (context.JsonTypeInfo.Type == typeof(JobRequest))
            {
                DescribeJobRequest(schema);
            }

            return Task.CompletedTask;
        });
    });

    public static void MapDescription(this IEndpointRouteBuilder app)
    {
        app.MapOpenApi();
        app.MapScalarApiReference("/scalar", options =>
        {
            options.WithTitle("EdgeMesh API").WithOpenApiRoutePattern("/openapi/{documentName}.json").WithNonce();
            options.DefaultFonts = false;
            options.Telemetry = false;
            options.DisableAgent().DisableMcp();
        });
    }

    /// <summary>Gives an endpoint its words.</summary>
    public static RouteHandlerBuilder Describe(this RouteHandlerBuilder endpoint, string summary, string description) =>
        endpoint.WithSummary(summary).WithDescription(description);

    /// <summary>Names the problems an endpoint answers with; 401 goes without saying.</summary>
    public static RouteHandlerBuilder Fails(this RouteHandlerBuilder endpoint, params ReadOnlySpan<int> statuses)
    {
        foreach (var status in statuses)
        {
            endpoint.Produces<ProblemBody>(status, ProblemResults.ContentType);
        }

        return endpoint;
    }

    private static void DescribeJobRequest(OpenApiSchema schema)
    {
        schema.Type = JsonSchemaType.Object;
        schema.Description = "What to make of which text, and how to choose the device. Unknown fields are refused.";
        schema.Required = new HashSet<string> { "kind" };
        schema.AdditionalPropertiesAllowed = false;
        schema.Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["kind"] = OneOf("What to make.", "summarize", "chat", "code", "image", "sysinfo", "echo", "onnx"),
            ["text"] = Of(JsonSchemaType.String, "The input; any Unicode. Empty for sysinfo."),
            ["policy"] = OneOf(
                "How to choose the device; default BEST_AVAILABLE.", "BEST_AVAILABLE", "PREFER_LOCAL", "PREFER_REMOTE", "REQUIRE_NPU", "REQUIRE_GPU", "FORCE_DEVICE"),
            ["deviceId"] = Of(JsonSchemaType.String | JsonSchemaType.Null, "The device, with FORCE_DEVICE only."),
            ["model"] = Of(JsonSchemaType.String | JsonSchemaType.Null, "A model that must be used; null lets placement choose."),
            ["maxWorkers"] = Of(JsonSchemaType.Integer | JsonSchemaType.Null, "At most so many devices at once, 1 to 64."),
            ["options"] = Of(
                JsonSchemaType.Object,
                "Of the kind. summarize: sentences (1–100) or share (0–1). chat: messages [{role, content}], maxTokens, temperature, seed. code: language, maxTokens, " +
                "temperature, seed. image: count, width, height, steps, seed, negativePrompt. echo: count. onnx (model is required): iterations (20), warmUp (2), seed, file, " +
                "inputs [{name, shape, data (Base64 of a .npy or of plain numbers)}], npz (Base64). Of every kind: timeoutSeconds (1–86,400), after which a running task is given up; " +
                "null goes by its prediction."),
            ["fileName"] = Of(JsonSchemaType.String | JsonSchemaType.Null, "Name of the file that the text came from: the job's title. At most 255 characters; never opened."),
        };
        schema.Examples = [JsonNode.Parse(JobRequestExample)!];
    }

    private static OpenApiSchema Of(JsonSchemaType type, string description) => new() { Type = type, Description = description };

    private static OpenApiSchema OneOf(string description, params IEnumerable<string> values) =>
        new() { Type = JsonSchemaType.String, Description = description, Enum = [.. values.Select(v => (JsonNode)v)] };
}
