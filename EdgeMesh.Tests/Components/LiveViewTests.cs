using Bunit;
using EdgeMesh.Core.Live;
using EdgeMesh.Dashboard.Components;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.Components;

/// <summary>The one place where pages subscribe, batch and let go.</summary>
public sealed class LiveViewTests : BunitContext
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);
    private readonly FakeTimeProvider _time = new(Samples.Now);
    private readonly FakeLive<int> _source = new(1);

    public LiveViewTests() => Services.AddSingleton<TimeProvider>(_time);

    [Fact]
    public void FirstRender_HasTheSnapshot()
    {
        var view = Open();
        Assert.Equal("1", view.Find("output").TextContent);
        Assert.Equal(1, _source.SubscriberCount);
    }

    [Fact]
    public async Task ManyValuesWithinOnePace_RenderOnceWithTheNewest()
    {
        var view = Open();
        _source.Publish(2);
        await ShowsAsync(view, "2");
        var renders = view.Instance.Renders;

        for (var value = 3; value <= 50; value++)
        {
            _source.Publish(value);
        }

        Assert.Equal(renders, view.Instance.Renders);
        _time.Advance(Pace);
        await ShowsAsync(view, "50");
        Assert.Equal(renders + 1, view.Instance.Renders);
    }

    [Fact]
    public async Task AValueEveryTenMilliseconds_RendersAtMostTenTimesASecond()
    {
        var view = Open();
        var before = view.Instance.Renders;
        for (var batch = 1; batch <= 9; batch++)
        {
            for (var step = 1; step <= 10; step++)
            {
                _source.Publish((batch * 100) + step);
                _time.Advance(TimeSpan.FromMilliseconds(10));
            }

            await ShowsAtLeastAsync(view, batch * 100);
        }

        Assert.InRange(view.Instance.Renders - before, 9, 10);
    }

    [Fact]
    public async Task NotUrgent_WaitsForTheTick()
    {
        var view = Open();
        view.Instance.Urgent = false;
        var renders = view.Instance.Renders;
        for (var value = 2; value <= 20; value++)
        {
            _source.Publish(value);
            _time.Advance(TimeSpan.FromMilliseconds(40));
        }

        Assert.Equal("1", view.Find("output").TextContent);
        Assert.Equal(renders, view.Instance.Renders);

        // The reader may come to the last value after a tick; the next one shows it.
        var ticks = 0;
        await Until.TrueAsync("the view to show 20", () =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            ticks++;
            return view.Find("output").TextContent == "20";
        });
        Assert.InRange(view.Instance.Renders - renders, 1, ticks);
    }

    [Fact]
    public async Task NothingMovesWithTime_TicksRenderNothing()
    {
        var view = Open();
        view.Instance.Moves = false;
        var renders = view.Instance.Renders;
        _time.Advance(TimeSpan.FromSeconds(5));
        _source.Publish(2);
        await ShowsAsync(view, "2");
        Assert.Equal(renders + 1, view.Instance.Renders);
    }

    [Fact]
    public async Task NoNewValue_RendersOnceASecondForTheAges()
    {
        var view = Open();
        var before = view.Instance.Renders;
        _time.Advance(TimeSpan.FromSeconds(1));
        await Until.TrueAsync("the tick to render", () => view.Instance.Renders == before + 1);
    }

    [Fact]
    public async Task Dispose_WhileReading_AwaitsTheLoopAndLeavesNoSubscriber()
    {
        var view = Open();
        _source.Publish(2);
        await ShowsAsync(view, "2");
        await view.InvokeAsync(() => view.Instance.DisposeAsync().AsTask());
        Assert.Equal(0, _source.SubscriberCount);

        var renders = view.Instance.Renders;
        _source.Publish(3);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(renders, view.Instance.Renders);
    }

    [Fact]
    public async Task Dispose_WhileTheSourceStillAnswers_LeavesNoSubscriber()
    {
        var answer = new TaskCompletionSource();
        var view = Render<Counter>(p => p.Add(c => c.Source, _source).Add(c => c.Answer, answer.Task));
        var disposing = view.InvokeAsync(() => view.Instance.DisposeAsync().AsTask());
        answer.SetResult();
        await disposing;
        await Until.TrueAsync("no subscriber", () => _source.SubscriberCount == 0);
    }

    [Fact]
    public async Task AChangeThatThrows_GoesToTheErrorBoundary()
    {
        var boundary = Render<Boundary>(p => p.Add(b => b.Source, _source));
        Assert.Equal("1", boundary.Find("output").TextContent);
        _source.Publish(-1);
        await Until.TrueAsync("the boundary to say so", () => boundary.FindAll("em").Count == 1);
    }

    private static Task ShowsAsync(IRenderedComponent<Counter> view, string value) =>
        Until.TrueAsync($"the view to show {value}", () => view.Find("output").TextContent == value);

    private static Task ShowsAtLeastAsync(IRenderedComponent<Counter> view, int value) =>
        Until.TrueAsync($"the view to show {value} or more", () => int.Parse(view.Find("output").TextContent, System.Globalization.CultureInfo.InvariantCulture) >= value);

    private IRenderedComponent<Counter> Open() => Render<Counter>(p => p.Add(c => c.Source, _source));

    private sealed class Counter : LiveView<int>
    {
        [Parameter]
        public FakeLive<int> Source { get; set; } = null!;

        [Parameter]
        public Task Answer { get; set; } = Task.CompletedTask;

        public int Renders { get; private set; }

        public bool Urgent { get; set; } = true;

        public bool Moves { get; set; } = true;

        protected override bool MovesWithTime => Moves;

        protected override bool IsUrgent(int shown, int newer) => Urgent;

        protected override async Task<ILiveSubscription<int>?> SubscribeAsync(CancellationToken cancellationToken)
        {
            await Answer;
            return Source.Subscribe();
        }

        protected override Task ChangedAsync() => Value < 0 ? throw new InvalidOperationException("A value that cannot be shown.") : Task.CompletedTask;

        protected override void BuildRenderTree(RenderTreeBuilder builder)
        {
            Renders++;
            builder.OpenElement(0, "output");
            builder.AddContent(1, Value);
            builder.CloseElement();
        }
    }

    private sealed class Boundary : ComponentBase
    {
        [Parameter]
        public FakeLive<int> Source { get; set; } = null!;

        protected override void BuildRenderTree(RenderTreeBuilder builder)
        {
            builder.OpenComponent<Microsoft.AspNetCore.Components.Web.ErrorBoundary>(0);
            builder.AddAttribute(1, "ChildContent", (RenderFragment)(inner =>
            {
                inner.OpenComponent<Counter>(0);
                inner.AddAttribute(1, nameof(Counter.Source), Source);
                inner.CloseComponent();
            }));
            builder.AddAttribute(2, "ErrorContent", (RenderFragment<Exception>)(_ => inner => inner.AddMarkupContent(0, "<em>broken</em>")));
            builder.CloseComponent();
        }
    }
}
